"""Take people out of a saved model, whose folder is rewritten whole or not at all, and print the receipt.

examples:
  cofactor forget movies.cofactor 196
  cofactor forget movies.cofactor 196 22 244 --receipt receipt.json

What the model learned with them is worked out again without them, or stays: the receipt says which, and names what it
cannot reach. With --receipt a key is printed for each of them, once: who has it and their ratings can show later that
just these went. It is kept nowhere."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from cofactor.cli._out import check_file, check_model
from cofactor.errors import BadOption


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    parser.add_argument("users", metavar="USER", nargs="+", help="user ids, who go together")
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="write the receipt as JSON, without the keys")


def run(arguments: Namespace) -> None:
    from cofactor.model_folder import folder_fingerprint, is_model_folder, place_to_save
    from cofactor.opening import open_model
    from cofactor.replacing import finish_replacing

    folder = Path(arguments.model)
    if folder.exists() and not is_model_folder(folder):
        open_model(folder)  # says what else it is
    check_model("MODEL", folder)
    _check_receipt(arguments.receipt, folder)
    finish_replacing(place_to_save(folder))  # one that was killed may have left the old folder beside the new
    model, before = open_model(folder), folder_fingerprint(folder)
    receipt = model.forget(arguments.users)
    model.save(folder)
    receipt = replace(receipt, before=str(before), after=str(folder_fingerprint(folder)), hashed="folder")
    print(receipt)
    print(f"saved as {folder}")
    if arguments.receipt is not None:
        print(f"receipt written to {receipt.write(arguments.receipt)}")
        for user, key in receipt.keys.items():
            print(f"key of {user!r}, kept nowhere: {key}")


def _check_receipt(path: Path | None, folder: Path) -> None:
    """Raise `BadOption` where the receipt cannot be written, or would stand in the model's own folder."""
    if path is not None and path.absolute().parent.resolve() == folder.resolve():
        raise BadOption(f"--receipt {path} would stand in the model's own folder. Choose another path.")
    check_file("--receipt", path)
    if path is not None and path.exists():
        raise BadOption(f"--receipt {path} is there already, and may be of another deletion. Choose another path.")
