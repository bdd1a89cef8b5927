"""What is shown in a notebook: the same values as under print, escaped, without scripts or outside resources."""

import re
from html import unescape
from html.parser import HTMLParser
from math import nan

import pytest

import cofactor as cf
from cofactor.choosing.choice import Choice
from cofactor.choosing.contest import Entry
from cofactor.data.describing import describe
from cofactor.sheet import Sheet

EVIL = "<script>alert('ann')</script> & \"co\""


class Words(HTMLParser):
    """The text of a page, and the tags it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.tags, self.attributes = list[str](), set[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.words += data.split()


@pytest.fixture(scope="module")
def shown():
    """One of each of our results, of a table whose name, ids and titles are full of HTML."""
    users, items = [f"{EVIL}{at}" for at in range(12)], [f"item {EVIL}{at}" for at in range(12)]
    pairs = [(u, i) for u in range(12) for i in range(12)]
    ratings = cf.Ratings.from_arrays(
        [users[u] for u, _ in pairs], [items[i] for _, i in pairs], [5.0 if (u + i) % 2 else 1.0 for u, i in pairs],
        name=EVIL,
    )  # fmt: skip
    split = cf.split(ratings, by="user")
    train, test = split
    model = cf.MatrixFactorization(n_factors=2, n_epochs=1).fit(train, progress=False)
    table = {"user": ["ann", "bob"], "item": [EVIL, EVIL], EVIL: [1, 2]}
    return {
        "ratings": ratings, "split": split, "model": model, "unfitted": cf.Blend([cf.EASE(), cf.Bias(reg_user=3.0)]),
        "evaluation": cf.evaluate(model, test), "explanation": model.explain(users[1], items[2]),
        "comparison": cf.compare({EVIL: model, "bias": cf.Bias()}, train, test, progress=False),
        "description": describe(ratings), "report": cf.read(table).report,
        "choice": cf.auto(train.subset(slice(0, 3)), progress=False), "receipt": model.copied().forget(users[3]),
        "factors": cf.factors(model), "own axis": cf.axis_between(model, items[1], items[2]),
        "biases": cf.biases(model), "clusters": cf.clusters(model, 2),
        "plane": cf.neighbours_kept(model, *cf.factors(model).axes),
    }  # fmt: skip


KINDS = (
    "ratings", "split", "model", "unfitted", "evaluation", "explanation", "comparison", "description", "report",
    "choice", "receipt", "factors", "own axis", "biases", "clusters", "plane",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_shows_the_words_that_print_shows(shown, kind):
    page = Words(shown[kind]._repr_html_())
    assert page.words == str(shown[kind]).split()


@pytest.mark.parametrize("kind", KINDS)
def test_html_in_a_name_is_text_and_nothing_comes_from_outside(shown, kind):
    page = Words(shown[kind]._repr_html_())
    assert page.tags <= {"div", "b", "table", "tr", "th", "td", "pre"}
    assert page.attributes <= {"style"}
    assert not re.search(r"url\(|https?:|(?<!background:)(?<![-\w])color:(?!inherit)", shown[kind]._repr_html_())


def test_the_parts_of_an_explanation_are_a_table(shown):
    assert Words(shown["explanation"]._repr_html_()).tags == {"div", "b", "table", "tr", "td"}


def test_what_auto_tried_is_a_table_with_a_column_for_each_metric():
    model = cf.Popularity()
    tried = Entry("popular", model, model, "ndcg@10", 0.25, 0.1, 0.2), Entry("bias", model, None, "rmse", nan, 0, 1)
    choice = Choice(model, ("It was tried.",), tried)
    assert choice.sheet().header == ("", "ndcg@10", "rmse", "seconds")
    assert choice.sheet().rows == [["popular", "0.2500", "", "0.2"], ["bias", "", "–", "1.0"]]
    page = Words(choice._repr_html_())
    assert page.words == str(choice).split()
    assert "table" in page.tags


def test_columns_are_aligned_to_the_sides_that_are_said():
    sheet = Sheet("sum", (), [("+10", "a"), ("-1", "bcd")], sides=("right", "left"))
    assert sheet.text() == "sum\n\n+10  a\n -1  bcd"
    assert re.findall("text-align:([a-z]+)", sheet.html()) == ["right", "left"] * 2


def test_a_search_shows_its_best_trials(checkerboard):
    pytest.importorskip("optuna")
    tuned = cf.tune(cf.Bias(), checkerboard, n_trials=2, progress=False)
    for one in (tuned, tuned.history):
        assert Words(one._repr_html_()).words == str(one).split()
    assert str(tuned).startswith("Bias(")


def test_a_model_shows_what_it_is_and_its_data_and_unmeasured_of_merit():
    table = {"user": ["ann", "ann", "bob"], "item": [1, 2, 1], "rating": [5, 3, 4], "day": [0, 86_400, 172_800]}
    model = cf.Bias(reg_user=3.0).fit(cf.read(table, timestamp="day", name="three"))
    assert str(model).split("\n\n")[0] == "Bias(reg_user=3.0)"
    assert model.sheet().rows == [
        ("learned from", "three"), ("users", "2"), ("items", "2"), ("ratings", "3"), ("values", "3 to 5, mean 4.000"),
        ("dates", "1970-01-01 to 1970-01-03"), ("numbers learned", "5"),
    ]  # fmt: skip
    assert cf.Blend([cf.EASE(), model]).sheet().title == "Blend(members=[EASE(), Bias(reg_user=3.0)])"


def test_an_empty_sheet_shows_nothing():
    assert Sheet().text() == ""
    assert unescape(re.sub("<[^>]*>", "", Sheet().html())) == ""


def test_a_line_break_in_a_title_breaks_no_row():
    rows = [("1", "Two\nlines"), ("2", "One")]
    assert Sheet(rows=rows, sides=["left", "left"]).text().splitlines() == ["1  Two lines", "2  One"]
