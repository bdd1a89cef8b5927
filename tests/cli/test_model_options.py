"""A model's options as words: each model's are declared beside the command's own, and taken."""

import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.models import model_names


@pytest.mark.parametrize("command", ["fit", "tune"])
@pytest.mark.parametrize("name", model_names())
def test_every_models_options_are_in_the_help(name, command, capsys):
    with pytest.raises(SystemExit) as left:
        main([command, "--model", name, "--help"])
    assert left.value.code == 0
    assert f"options of {name}:" in capsys.readouterr().out


def test_a_models_option_called_as_one_of_the_table_has_the_model_before_its_name(tmp_path, capsys):
    """--weights are those of events; a blend has weights, too."""
    table, folder = tmp_path / "ratings.csv", str(tmp_path / "blend.cofactor")
    table.write_text("user,item,rating\nann,1,5\nann,2,3\nbob,1,4\nbob,3,2\n")
    blend = ["fit", str(table), "--model", "blend", "--members", "bias,popularity", "--out", folder]
    assert main([*blend, "--model-weights", "1,3"]) == 0
    model = cf.open(folder)
    assert isinstance(model, cf.Blend)
    assert model.weights == (1, 3)
    assert main([*blend, "--model-weights", "one"]) == 2
    assert "--model-weights takes" in capsys.readouterr().err
