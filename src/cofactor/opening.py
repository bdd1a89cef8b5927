"""`cofactor.open`: a saved model back to life."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from cofactor.card.record import from_json
from cofactor.data.expecting import expect_path
from cofactor.errors import BadModelFolder, BadOption, UnknownModel
from cofactor.log import info
from cofactor.model_folder import SavedModel, read_model_folder
from cofactor.models import make_known, model_class
from cofactor.recommender import Recommender

__all__ = ["open_model"]


def open_model(path: str | Path, *, verify: bool = True, models: Iterable[type[Recommender]] = ()) -> Recommender:
    """The model saved in this folder, ready to answer.

    verify: check every file against its recorded SHA-256, and the ratings' fingerprint
    models: classes of your own that the folder may hold; those of a package's entry points "cofactor.models" are known
    Raises `BadModelFolder` where the folder is not a saved model, is damaged, or is of another version's.
    """
    expect_path(path, "open reads")
    make_known(models)
    try:
        saved = read_model_folder(path, verify=verify)  # of what a kill has left beside the folder, too
    except BadModelFolder:
        if Path(path).exists():
            raise
        raise BadModelFolder(f"There is no folder {str(path)!r}. {_mend_for_absent(Path(path))}") from None
    try:
        model = _made(saved)
    except UnknownModel:
        raise BadModelFolder(
            f"{path} holds a {saved.model!r}, a model this version does not have. If its class is your own, pass it: "
            f"cofactor.open(path, models=[{saved.model}]). The command line knows it once an installed package "
            'declares it as an entry point "cofactor.models".'
        ) from None
    except (BadOption, TypeError, ValueError, LookupError, RecursionError) as error:
        raise BadModelFolder(f"{path}/model.json does not describe a model this version knows: {error}") from error
    try:
        model.restore(saved.learned, saved.ratings)
    except BadModelFolder as error:
        raise BadModelFolder(f"{path} cannot be opened. {error}") from error
    model.measured = from_json(saved.record) if saved.record else None
    model.held_out_ = saved.held_out
    model.noted_ = tuple(note for note in saved.notes if note not in model.notes())
    info("opened %s, a %s of %r", path, type(model).__name__, model.ratings)
    return model


def _mend_for_absent(folder: Path) -> str:
    beside = [one.name for one in folder.parent.glob("*") if one.is_dir()]
    near = get_close_matches(folder.name, beside, n=1)
    return f"Did you mean {str(folder.with_name(near[0]))!r}?" if near else "Save a model there with model.save(path)."


def _made(saved: SavedModel) -> Recommender:
    return model_class(saved.model)(**saved.options)
