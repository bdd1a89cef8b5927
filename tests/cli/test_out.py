"""Where results go: never over what is read, and in the format of their file; looked at before anything is read."""

import os

import pytest

from cofactor.cli import main

TABLE = "user,item,rating\nann,1,5\nann,2,3\nbob,1,4\nbob,3,2\n"


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "parts" / "train.csv"
    file.parent.mkdir()
    file.write_text(TABLE)
    return file


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "no.cofactor", "{table}", "--out", "{table}"],
        ["recommend", "no.cofactor", "--users", "{table}", "--out", "{table}"],
        ["split", "{table}", "--out", "{parts}"],
        ["split", "tastes", "--items", "{table}", "--out", "{parts}"],
        ["fit", "{table}", "--model", "implicit_mf", "--out", "new.cofactor", "--checkpoint", "{table}"],
        ["tune", "{table}", "--journal", "{table}"],
    ],
)
def test_a_command_does_not_write_over_its_own_input(words, table, capsys):
    assert main([word.format(table=table, parts=table.parent) for word in words]) == 2
    assert f"{table} would be written over what the command reads. Choose another" in capsys.readouterr().err
    assert table.read_text() == TABLE


def test_nor_by_another_name_of_it(table, tmp_path, capsys):
    link = tmp_path / "link.csv"
    os.link(table, link)
    assert main(["predict", "no.cofactor", str(table), "--out", str(link)]) == 2
    assert "would be written over" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["recommend", "m", "ann"], ["predict", "m", "pairs.csv"], ["explain", "m", "ann", "1"]]
)
@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_a_format_of_printing_does_nothing_to_a_file(words, form, capsys):
    assert main([*words, "--out", "lists.parquet", form]) == 2
    assert f"{form} says how a table is printed, but --out writes it to a file" in capsys.readouterr().err
