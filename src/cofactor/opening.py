"""`cofactor.open`: a saved model back to life."""

from pathlib import Path

from cofactor.errors import BadModelFolder
from cofactor.model_folder import read_model_folder
from cofactor.models import model_class, model_names
from cofactor.recommender import Recommender

__all__ = ["open_model"]


def open_model(path: str | Path, *, verify: bool = True) -> Recommender:
    """The model saved in this folder, ready to answer.

    verify: check every file against its recorded SHA-256 first
    Raises `BadModelFolder` where the folder is not a saved model, is damaged, or is of another version's.
    """
    saved = read_model_folder(path, verify=verify)
    if saved.model not in model_names():
        raise BadModelFolder(f"{path} holds a {saved.model!r}, a model this version does not have.")
    cls = model_class(saved.model)
    try:
        model = cls(**saved.options)
    except (TypeError, LookupError) as error:
        raise BadModelFolder(f"{path}/model.json does not describe a model this version knows: {error}") from error
    model._restore(saved.learned, saved.ratings)
    return model
