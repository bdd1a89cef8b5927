"""Words that the command line does not know, and what is said of them."""

import pytest

from cofactor.cli import main


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["fit", "ratings.csv", "--modle", "bias"], "there is no option --modle. Did you mean --model?"),
        (["data", "check", "--scael", "1,5"], "there is no option --scael. Did you mean --scale?"),
        (["--vresion"], "there is no option --vresion. Did you mean --version?"),
        (["fit", "ratings.csv"], "the following arguments are required: --out"),
        (["data", "check"], "the following arguments are required: SOURCE"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_what_is_misspelt_is_complained_of_before_what_is_missing(words, answer, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert answer in capsys.readouterr().err
