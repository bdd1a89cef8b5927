"""The card as a whole: nothing unmeasured is green, every text is escaped, and what is kept comes back."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cofactor.card.card import Card
from cofactor.card.chart import svg
from cofactor.card.finding import Finding
from cofactor.card.lights import Threshold
from cofactor.card.measures import GUARDS, MEASURES, checked_thresholds, read_thresholds
from cofactor.card.questions import QUESTIONS, checked_answers, empty_answers, read_answers
from cofactor.card.record import from_json, to_json
from cofactor.card.section import SECTIONS, Curve, Fact, Picture, Section
from cofactor.card.verdict import overdue, verdict
from cofactor.errors import BadModelFolder, BadOption

EVIL = '<script>alert(1)</script> & "co" *x* |'


def finding(name="unique_people", value=0.04, **changes):
    return Finding(
        name=name, title=MEASURES[name].title, sentence="So many.", value=value, low=value, high=value, unit="%",
        threshold=MEASURES[name].threshold, fingerprint="mine", **changes,
    )  # fmt: skip


def newer(name):
    return replace(finding(name), fingerprint="another")


LORENZ = Picture(
    "Who is shown", "Half is shown.", "items", "places", [Curve("model", (0, 1), (0, 1), (0, 0.9), (0, 1))]
)


@pytest.fixture
def card():
    shown = Section(key="privacy", findings=(finding(),), pictures=(LORENZ,), facts=(Fact("k", "10"),), how="Today.")
    return Card(model="EASE", data="tastes", fingerprint="mine", sections=(shown,))


def test_every_measure_is_on_every_card_and_grey_where_it_was_not_taken(card):
    assert card.findings.keys() == MEASURES.keys()
    assert [name for name, one in card.findings.items() if one.light != "grey"] == ["unique_people"]
    page, text = unescape(card.html()), card.markdown()
    assert all(one.title in page and one.title in text for one in MEASURES.values())


def test_measures_that_unwanted_items_better_are_coupled_and_guards_are_not():
    assert {name for name, one in MEASURES.items() if one.coupled} >= {
        "coverage", "exposure_gini", "tail_share", "tail_opportunity", "popularity_lift", "bubble_diversity",
    }  # fmt: skip
    assert not any(MEASURES[name].coupled for name in GUARDS)


def test_on_another_model_every_light_is_grey(card):
    other = card.of_model("another", [])
    assert {one.light for one in other.findings.values()} == {"grey"}
    assert "Measured on an earlier model." in other.html()
    assert "Measured on an earlier model." in other.markdown()
    assert "4.0 %" in other.html()  # what it was stays readable


def test_the_verdict_counts_lights(card):
    more = card.with_sections([Section(key="popularity", findings=(finding("liked_share", 0.5),))])
    assert verdict(more).startswith(
        "Of 2 measures 1 is good, 0 are to be watched and 1 is a problem: items on lists that somebody has liked. 13 "
        "more were not taken. 11 questions that only people can answer"
    )
    assert verdict(replace(card, sections=())).startswith("Nothing that is held to a threshold was measured")


def test_a_value_in_the_verdict_has_its_interval(card):
    wide = replace(finding(), low=0.03, high=0.05)
    page = replace(card, sections=(Section(key="privacy", findings=(wide,)),)).html()
    assert '<span class="much">4.0 % (3.0 to 5.0)</span>' in page


def test_unanswered_questions_are_seen_until_they_are_answered(card):
    assert card.html().count('class="unanswered"') == len(QUESTIONS)
    answered = replace(card, answers=checked_answers({"owner": "Ann", "review_date": date(2030, 1, 31)}))
    assert answered.html().count('class="unanswered"') == len(QUESTIONS) - 2
    assert "2030-01-31" in answered.markdown()
    assert len(answered.unanswered) == len(QUESTIONS) - 2


def test_a_review_that_is_overdue_is_said(card):
    answered = replace(card, answers={"review_date": "2020-01-31"})
    assert overdue(answered, date(2020, 2, 1))
    assert not overdue(answered, date(2020, 1, 31))
    assert "date of review has passed" in answered.html()
    assert "date of review has passed" in answered.markdown()


def test_the_verdict_does_not_say_that_what_was_never_measured_once_was(card):
    other = card.of_model("another", []).with_sections([Section(key="accuracy", findings=(newer("list_accuracy"),))])
    assert "14 more were not taken, 1 of them on an earlier model alone." in verdict(other)


def test_a_section_of_an_earlier_model_says_so_of_its_facts_and_pictures_too(card):
    assert "Today." in card.markdown()
    assert "All of this is of an earlier model. Today." in card.of_model("another", []).markdown()


def test_a_new_threshold_holds_for_what_was_measured_before_it(card):
    assert card.findings["unique_people"].light == "green"
    strict = replace(card, thresholds=checked_thresholds({"unique_people": {"green": 0.01, "red": 0.03}}))
    assert strict.findings["unique_people"].light == "red"
    assert replace(strict, thresholds={}).findings["unique_people"].light == "green"


def test_what_was_not_measured_is_said_once_and_never_by_an_empty_section(card):
    text = card.markdown()
    assert "not measured. **not measured**" not in text
    assert "## What decides a list\n\nNot measured. cofactor audit measures it." in text


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.outside = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.outside += [value for name, value in attrs if name in ("src", "href") and not value.startswith("#")]


def test_text_from_data_is_escaped_and_nothing_comes_from_elsewhere():
    section = Section(
        key="data", text=(EVIL,), facts=(Fact(EVIL, EVIL),), how=EVIL,
        findings=(Finding(name=EVIL, title=EVIL, sentence=EVIL, value=1.0, held_back_by=(EVIL,)),),
        pictures=(Picture(EVIL, EVIL, EVIL, EVIL, [Curve(EVIL, (0, 1), (0, 1))]),),
    )  # fmt: skip
    card = Card(model=EVIL, data=EVIL, fingerprint="", sections=(section,), answers=dict.fromkeys(QUESTIONS, EVIL))
    card = replace(card, answers={**card.answers, "review_date": "2030-01-01"})
    found = Tags(card.html())
    assert "script" not in found.tags
    assert found.outside == []
    assert "url(" not in card.html()
    assert re.search(r"(?<!\\)<script", card.markdown()) is None


def test_a_card_is_kept_and_comes_back(card):
    card = replace(
        card, answers={"owner": "Ann"}, thresholds=checked_thresholds({"coverage": {"green": 0.7, "red": 0.2}})
    )
    again = from_json(to_json(card))
    assert again.markdown() == card.markdown()
    assert again.html() == card.html()


@pytest.mark.parametrize("wrong", ["", "[]", "{}", '{"model": 1}', "nan", "[" * 10_000])
def test_a_record_that_is_none_is_refused(wrong):
    with pytest.raises(BadModelFolder, match=r"card\.json cannot be read"):
        from_json(wrong)


def test_a_light_written_into_the_record_changes_nothing(card):
    """What is kept are values and thresholds: a light cannot be given by hand."""
    text = to_json(card).replace('"value": 0.04', '"light": "green", "value": 0.9')
    assert from_json(text).findings["unique_people"].light == "red"


def test_a_card_is_written_by_its_ending(card, tmp_path):
    assert card.write(tmp_path / "card.html").read_text("utf-8") == card.html()
    assert card.write(tmp_path / "card.md").read_text("utf-8") == card.markdown()
    with pytest.raises(BadOption, match=r"card\.html or card\.md, but .* came"):
        card.write(tmp_path / "card.pdf")


def test_the_sections_come_in_their_order(card):
    places = [card.html().index(f'id="{key}"') for key in SECTIONS]
    assert places == sorted(places)


def test_a_picture_has_its_words_and_its_lines_within_it():
    drawn = svg(LORENZ)
    assert 'aria-label="Who is shown. Half is shown."' in drawn
    numbers = [float(one) for points in re.findall(r'points="([^"]*)"', drawn) for one in re.split("[ ,]", points)]
    assert min(numbers) >= 0
    assert max(numbers) <= 560


def test_empty_answers_are_a_file_that_can_be_read(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text(empty_answers(), "utf-8")
    assert read_answers(file) == {}
    file.write_text(empty_answers().replace('owner = ""', 'owner = "Ann"'), "utf-8")
    assert read_answers(file) == {"owner": "Ann"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ownr = "Ann"', "no question 'ownr'. Did you mean 'owner'?"),
        ("owner = 3", "owner is answered by a text, but 3 came"),
        ('review_date = "soon"', "review_date is a date such as 2027-01-31, but 'soon' came"),
        ("owner =", "cannot be read as answers"),
    ],
)
def test_answers_that_cannot_be_taken_are_refused(text, message, tmp_path):
    (tmp_path / "a.toml").write_text(text, "utf-8")
    with pytest.raises(BadOption, match=re.escape(message)):
        read_answers(tmp_path / "a.toml")


def test_thresholds_are_read_with_the_unit_of_their_measure(tmp_path):
    (tmp_path / "t.toml").write_text("coverage = {green = 0.7, red = 0.2}\n", "utf-8")
    assert read_thresholds(tmp_path / "t.toml") == {"coverage": Threshold(0.7, 0.2, "%")}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"coverge": {"green": 1, "red": 0}}, "no measure 'coverge'. Did you mean 'coverage'?"),
        ({"coverage": 0.5}, "coverage is given as {green = 0.5, red = 0.1}, but 0.5 came"),
        ({"coverage": {"green": 0.1, "red": 0.5}}, "of coverage red must lie below green"),
        ({"membership": {"green": 0.5, "red": 0.1}}, "of membership green must lie below red"),
        ({"coverage": {"green": "much", "red": 0.1}}, "coverage.green must be a finite number"),
    ],
)
def test_thresholds_that_cannot_be_are_refused(given, message):
    with pytest.raises(BadOption, match=re.escape(message)):
        checked_thresholds(given)


def test_a_coupled_measure_is_green_only_where_lists_are_good_and_liked(card):
    everything = finding("coverage", 0.9)
    for likes, gain, light in ((1.0, 0.1, "green"), (0.95, 0.1, "amber"), (1.0, 0.0, "amber"), (1.0, None, "amber")):
        accurate = [] if gain is None else [finding("list_accuracy", gain)]
        whole = card.with_sections([
            Section(key="popularity", findings=(everything, finding("liked_share", likes))),
            Section(key="accuracy", findings=tuple(accurate)),
        ])  # fmt: skip
        assert whole.findings["coverage"].light == light


def test_a_model_that_serves_nobody_is_not_good_for_serving_all_alike(card):
    for gain, light in ((0.1, "green"), (-0.2, "amber")):
        found = card.with_sections(
            [Section(key="accuracy", findings=(finding("group_gap", 0.0), finding("list_accuracy", gain)))]
        )
        assert found.findings["group_gap"].light == light


def test_the_docs_list_every_threshold_as_it_is():
    page = (Path(__file__).parents[2] / "docs" / "card.md").read_text("utf-8")

    def cell(value, unit):
        return f"{100 * value:g} %" if unit else f"{value:g}"

    for name, one in MEASURES.items():
        good, bad = ("≥", "<") if one.threshold.higher_is_better else ("≤", ">")
        green, red = (cell(end, one.threshold.unit) for end in one.threshold[:2])
        row = f"| `{name}`{'*' if one.coupled else ''} | {one.title} | {good} {green} | {bad} {red} |"
        assert row in page
