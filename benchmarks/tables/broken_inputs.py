"""Every broken table of the tests, and what `cf.read` says to it.

    python3 dev.py bench broken_inputs

Writes `results/broken_inputs.md`; fails where a table is read in silence or an error is not one of ours.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.data.broken_tables import BROKEN, Broken

import cofactor as cf
from benchmarks.shared.reporting import markdown_table, write_results


def answer(broken: Broken, folder: Path) -> tuple[str, str]:
    """The kind of error and its message; any other exception comes through."""
    try:
        ratings = cf.read(broken.written(folder), **broken.options)
    except cf.CofactorError as error:
        return type(error).__name__, str(error).replace(str(Path(__file__).parents[2]), "…")
    raise AssertionError(f"{broken.what} was read in silence: {ratings}")


def main() -> None:
    with TemporaryDirectory() as folder:
        answers = {broken.what: answer(broken, Path(folder)) for broken in BROKEN}
    rows = [
        [what, f"`{kind}`", message.replace("|", "\\|").replace("\n", "<br>")]
        for what, (kind, message) in answers.items()
    ]
    table = markdown_table(["what is wrong", "error", "its message"], rows).replace("--:", "---")
    results = {what: {"error": kind, "message": message} for what, (kind, message) in answers.items()}
    write_results("broken_inputs", results, f"# {len(rows)} broken tables and what is said to them\n\n{table}")


if __name__ == "__main__":
    main()
