"""Advice that is given in Python's words is given on the command line in its own, with options that there are."""

import pytest

from cofactor.cli import _parsed, main
from cofactor.cli._wording import COMMANDS, in_options
from test_house import sources

RATED = "user,item,rating,when\nann,1,{0},{1}\nann,2,3,{1}\nbob,1,{0},{1}\nbob,3,3,{1}\n"


def advice(words, text, tmp_path, capsys):
    """What a command says of a table, on both streams."""
    table = tmp_path / "table.csv"
    table.write_text(text)
    main([word.format(table=table, model=tmp_path / "mine.cofactor") for word in words])
    caught = capsys.readouterr()
    return caught.out + caught.err


@pytest.mark.parametrize(
    ("words", "text", "advised"),
    [
        ([], RATED.format(3, "2024-05-31"), "If they are clicks, pass --clicks."),
        ([], "user,item,rating\nann,1,20240531\nbob,2,20240530\n",
         "Name the columns with --rating COLUMN and --timestamp COLUMN, or pass --clicks for clicks"),
        ([], RATED.format(5, "long ago"), "or pass --no-timestamp."),
        ([], "user,item\nann,1\nbob,2\n", "read as clicks, each of value 1"),
        ([], "user,item,x\nann,1,a\nbob,2,b\n", "If 'x' holds ratings or counts, pass --rating COLUMN."),
        (["--scale", "1,4"], RATED.format(5, "2024-05-31"), "state the true --scale LOW,HIGH."),
        (["--scale", "5,1"], RATED.format(5, "2024-05-31"), "for example --scale 1,5."),
        (["--ids", "id"], RATED.format(5, "2024-05-31"), "or name a side: --ids user=text."),
        (["--half-life", "90d"], RATED.format(5, "2024-05-31"), "Pass --kind counts if they are counts, --clicks to"),
        (["--event", "when"], RATED.format(5, "bought"), "as in --weights bought=…."),
        (["--weights", "view=1"], RATED.format(5, "view"), "Name the column of the types with --event COLUMN."),
    ],
)  # fmt: skip
def test_what_is_advised_of_a_table_can_be_typed(words, text, advised, tmp_path, capsys):
    assert advised in advice(["data", "check", "{table}", *words], text, tmp_path, capsys)


@pytest.mark.parametrize(
    ("words", "advised"),
    [
        (["evaluate", "{model}", "{table}"], "Fit on one part and measure on the other: cofactor split RATINGS --out"),
        (["recommend", "{model}", "--rated", "1=11"], "ratings are read, as in --scale 3,11, and fit anew."),
        (["recommend", "{model}", "ann", "--where", "year > 1990"], "are read, as in --items items.csv, and fit anew."),
        (
            ["fit", "{table}", "--model", "explicit_als", "--attributes", "true", "--out", "x"],
            "--attributes true needs",
        ),
        (["fit", "{table}", "--model", "neural_cf", "--precision", "bfloat16", "--out", "x"], "use --engine torch."),
    ],
)
def test_what_is_advised_of_a_model_can_be_typed(words, advised, tmp_path, capsys):
    text = RATED.format(5, "2024-05-31")
    advice(["fit", "{table}", "--model", "bias", "--out", "{model}"], text, tmp_path, capsys)
    assert advised in advice(words, text, tmp_path, capsys)


@pytest.mark.parametrize("model", ["mine", "empty"])
def test_a_folder_that_is_no_model_says_how_one_is_made(model, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["recommend", str(tmp_path / model), "ann"]) == 2
    assert capsys.readouterr().err.endswith("with cofactor fit RATINGS --out FOLDER.\n")


def test_times_that_are_none_can_be_done_without(tmp_path, capsys):
    words = ["data", "check", "{table}", "--no-timestamp"]
    assert "Columns not used: 'when'" in advice(words, RATED.format(5, "long ago"), tmp_path, capsys)


def test_a_flag_is_told_from_an_option_with_a_value():
    parser = _parsed(["recommend", "mine.cofactor", "ann"]).parser
    said = in_options("approximate=True is quick, approximate=False exact, unknown='fallback' kind; n=3.", parser)
    assert said == "--approximate is quick, --no-approximate exact, --unknown fallback kind; n=3."


def test_lists_of_a_model_without_an_index_are_not_approximate(tmp_path, capsys):
    text = RATED.format(5, "2024-05-31")
    advice(["fit", "{table}", "--model", "bias", "--out", "{model}"], text, tmp_path, capsys)
    assert "no index" in advice(["recommend", "{model}", "ann", "--approximate"], text, tmp_path, capsys)


@pytest.mark.parametrize("call", COMMANDS)
def test_each_call_that_has_a_command_is_proposed_by_some_message(call):
    assert any(call in text for name, text in sources().items() if not name.startswith("cofactor.cli."))
