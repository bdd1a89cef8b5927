"""Look at a saved model in the browser: the data, a map of items, factors, people with their reasons, newcomers.

examples:
  cofactor explore movies.cofactor
  cofactor explore                                        a model of the embedded data
  cofactor explore movies.cofactor other.cofactor         with another to compare
  cofactor explore movies.cofactor --no-people            without the pages of single persons
  cofactor explore movies.cofactor --item-values learning.csv      with a second objective for lists

It answers on this machine alone. --allow-remote HOST lets others in, with a token that is printed."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cofactor.errors import BadOption, MissingExtra

if TYPE_CHECKING:
    from cofactor.serving.opened import ItemValuesFile, OpenModel

PORT = 8767
EMBEDDED = "cf.ExplicitALS().fit(cf.load('tastes'))"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("models", metavar="MODEL", nargs="*", help="saved models' folders; the first one is shown")
    parser.add_argument("--item-values", metavar="FILE", help="values of items, with lines as docs/objective.md says")
    parser.add_argument("--port", type=int, default=PORT, help=f"where it answers (default: {PORT}; 0: any free one)")
    parser.add_argument("--no-people", action="store_true", help="show no single persons, nor their JSON")
    parser.add_argument("--allow-remote", metavar="HOST", help="answer on this address of the machine, with a token")


def run(arguments: Namespace) -> None:
    _check_extra()
    with TemporaryDirectory(prefix="cofactor-explore-") as place:
        _serve(arguments, Path(place))


def _serve(arguments: Namespace, place: Path) -> None:
    from cofactor.serving.app import create_app
    from cofactor.serving.guard import Permissions, new_token
    from cofactor.serving.opened import Shelf
    from cofactor.serving.serve import serve

    if not 0 <= arguments.port < 2**16:
        raise BadOption(f"--port is a number from 0 to 65535, but {arguments.port} came.")
    models = _opened(arguments, place)
    token = new_token() if arguments.allow_remote else None
    shelf = Shelf(models[0], tuple(models[1:]), Permissions(token, people=not arguments.no_people))

    def announce(address: str) -> None:
        print(f"{shelf.opened.model!r}\nOpen {address} in a browser; ctrl-C ends it.", flush=True)
        if token:
            print(f"It asks for this token, once: {token}", flush=True)

    serve(create_app(shelf), arguments.allow_remote or "127.0.0.1", arguments.port, announce)


def _opened(arguments: Namespace, place: Path) -> "list[OpenModel]":
    """The models that were named, the first with the values of its items; of none the embedded one."""
    from cofactor.data.item_values import ItemValues
    from cofactor.serving.opened import ItemValuesFile, OpenModel

    file = arguments.item_values
    values = None if file is None else ItemValuesFile(ItemValues.read(file), Path(file).absolute())
    if not arguments.models:
        return [_embedded(place, values)]
    first, *others = map(Path, arguments.models)
    return [OpenModel.at(first, values), *map(OpenModel.at, others)]


def _embedded(place: Path, item_values: "ItemValuesFile | None") -> "OpenModel":
    """A model of the embedded data, saved for as long as it is shown."""
    from cofactor.data.sources import load
    from cofactor.models.explicit_als import ExplicitALS
    from cofactor.serving.opened import OpenModel

    print("No model was named: this one learns from tastes, synthetic ratings of real film titles.", flush=True)
    model = ExplicitALS().fit(load("tastes"), progress=False)
    return OpenModel(model, model.save(place / "tastes.cofactor"), EMBEDDED, item_values)


def _check_extra() -> None:
    try:
        import fastapi
        import uvicorn
    except ImportError as error:
        raise MissingExtra("The explorer", "serve") from error
    _ = fastapi, uvicorn
