"""`cofactor audit`, and the figures that `fit` and `evaluate` put on a model's card."""

import json

import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.data.sources import tastes


@pytest.fixture
def files(tmp_path):
    """A model's folder without figures, and ratings that it has not seen."""
    train, test = cf.split(tastes.load(n_users=60), test=0.3, by="user", seed=1)
    folder = cf.EASE().fit(train).save(tmp_path / "m.cofactor")
    rows = zip(*(ids.gather(idx).tolist() for ids, idx in ((test.users, test.user_idx), (test.items, test.item_idx))))
    lines = [f"{user},{item},{value:g}" for (user, item), value in zip(rows, test.values.tolist(), strict=True)]
    (tmp_path / "test.csv").write_text("\n".join(["user,item,rating", *lines]) + "\n", "utf-8")
    return str(folder), str(tmp_path / "test.csv"), tmp_path


def test_a_card_is_written_and_its_verdict_printed(files, capsys):
    folder, test, at = files
    assert main(["audit", folder, test, "--sections", "accuracy", "--out", str(at / "card.html")]) == 0
    said = capsys.readouterr()
    assert "EASE on tastes" in said.out
    assert "questions that only people can answer are not answered" in said.out
    assert said.err == "measuring: accuracy …\n"
    assert (at / "card.html").read_text("utf-8").startswith("<!doctype html>")
    assert cf.open(folder).measured is None


def test_what_was_measured_for_nothing_but_the_verdict_is_said_to_be_gone(files, capsys):
    folder, test, at = files
    words = ["audit", folder, test, "--sections", "accuracy, profile"]
    assert main(words) == 0
    assert "the card itself was not kept: --out card.html writes it" in capsys.readouterr().out
    assert main([*words, "--out", str(at / "c.md")]) == 0
    assert "not kept" not in capsys.readouterr().out


def test_a_section_that_needs_a_table_says_which_option_gives_it(files, capsys):
    assert main(["audit", files[0], "--sections", "values"]) == 2
    assert "give it, as in --item-values regret.csv" in capsys.readouterr().err


def test_a_card_is_kept_in_the_models_folder(files):
    folder, _, at = files
    (at / "a.toml").write_text('owner = "Ann"\n', "utf-8")
    (at / "t.toml").write_text("list_accuracy = {green = 0.9, red = 0.8}\n", "utf-8")
    words = ["--sections", "accuracy", "--answers", str(at / "a.toml"), "--thresholds", str(at / "t.toml")]
    assert main(["audit", "--into", folder, *words]) == 0
    card = cf.open(folder).card()
    assert card.findings["list_accuracy"].light == "red"
    assert card.answers == {"owner": "Ann"}
    assert "Ann" in (at / "m.cofactor" / "card.md").read_text("utf-8")


def test_a_share_written_in_percent_is_answered_by_what_to_write(files, capsys):
    with pytest.raises(SystemExit):
        main(["audit", files[0], "--max-share-of-head", "50%"])
    assert "a number from 0 to 1, such as 0.5, was expected, but '50%' came" in capsys.readouterr().err


def test_another_models_folder_is_refused_before_anything_is_measured(files, capsys):
    folder, _, at = files
    other = cf.EASE(reg=1.0).fit(tastes.load(n_users=60)).save(at / "other")
    assert main(["audit", folder, "--into", str(other)]) == 2
    said = capsys.readouterr().err
    assert "holds another model" in said
    assert "measuring" not in said


def test_lists_are_audited_as_they_will_be_made(files, capsys):
    folder, test, at = files
    assert (
        main(["audit", folder, test, "--sections", "popularity", "--popularity-penalty", "0.3", "--into", folder]) == 0
    )
    assert json.loads((at / "m.cofactor" / "card.json").read_text("utf-8"))["lists"] == {"popularity_penalty": 0.3}
    assert cf.open(folder).card().findings["liked_share"].light != "grey"
    assert cf.open(folder).card({}).findings["liked_share"].light == "grey"


def test_evaluate_adds_accuracy_to_the_card(files, capsys):
    folder, test, _ = files
    assert main(["evaluate", folder, test, "--metrics", "ndcg@10", "--into", folder]) == 0
    assert "ndcg@10" in capsys.readouterr().out
    assert cf.open(folder).card().findings["list_accuracy"].light != "grey"


def test_evaluate_keeps_figures_of_lists_as_long_as_the_catalogue(files):
    """It measures lists of 5,000 of fewer items, so it also keeps what they are."""
    folder, test, _ = files
    assert main(["evaluate", folder, test, "--metrics", "ndcg@10", "--k", "5000", "--into", folder]) == 0
    model = cf.open(folder)
    assert f"nDCG@{model.ratings.n_items} is" in model.card().findings["list_accuracy"].sentence


def test_fit_holds_out_and_adds_its_figures(files, capsys):
    _, test, at = files
    words = ["fit", test, "--model", "ease", "--out", str(at / "n.cofactor")]
    assert main(words) == 0
    assert "On ratings held out of another fit: nDCG@10 is" in capsys.readouterr().out
    model = cf.open(at / "n.cofactor")
    assert model.card().findings["list_accuracy"].light != "grey"
    assert len(model.ratings) == len(cf.read(test))
    (accuracy,) = (one for one in model.card().sections if one.key == "accuracy")
    assert "fitted to the rest" in accuracy.how
    assert main([*words, "--unmeasured"]) == 0
    assert cf.open(at / "n.cofactor").card().findings["list_accuracy"].light == "grey"


def test_questions_are_written_once(tmp_path, capsys):
    file = tmp_path / "answers.toml"
    assert main(["audit", "--questions", str(file)]) == 0
    assert 'owner = ""' in file.read_text("utf-8")
    assert main(["audit", "--questions", str(file)]) == 2
    assert "may hold answers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Name a saved model"),
        (["{model}", "--out", "card.pdf"], "written as card.html or card.md"),
        (["{model}", "--sections", "privcy"], "No section 'privcy' is measured"),
        (["{model}", "--answers", "nowhere.toml"], "nowhere.toml cannot be read as answers"),
        (["nowhere.cofactor"], "There is no folder 'nowhere.cofactor'"),
        (["{model}", "{model}/model.json", "--out", "{model}/model.json"], "card.html or card.md"),
    ],
)
def test_mistakes_are_said(files, words, message, capsys):
    assert main(["audit", *(word.format(model=files[0]) for word in words)]) == 2
    assert message in capsys.readouterr().err


def test_a_model_saved_without_people_keeps_answers_and_says_that_figures_are_not(files, capsys):
    _, test, at = files
    model = cf.PrivateALS(rating_range=(1, 5), n_factors=2).fit(tastes.load(n_users=60))
    folder = str(model.save(at / "p.cofactor"))
    (at / "a.toml").write_text('owner = "Ann"\n', "utf-8")
    assert (
        main(["audit", folder, test, "--into", folder, "--sections", "profile", "--answers", str(at / "a.toml")]) == 0
    )
    assert "but without the figures, which tell of people" in capsys.readouterr().out
    card = cf.open(folder).card()
    assert card.answers == {"owner": "Ann"}
    assert not any(section.how for section in card.sections)
    assert main(["evaluate", folder, test, "--into", folder]) == 2
    assert "are not kept with it" in capsys.readouterr().err
