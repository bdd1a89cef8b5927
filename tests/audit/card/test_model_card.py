"""The measured card: what the sections find is what the audits find, and no list is made green by what nobody wants."""

import re
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.bubble.choice_models import CHOICE_MODELS
from cofactor.audit.bubble.findings import RunKey
from cofactor.audit.card.bubble import section_of_bubble
from cofactor.audit.card.card_audit import absolute
from cofactor.audit.card.keeping import card_of_fit, keep_card_in
from cofactor.audit.card.model_card import MEASURED_SECTIONS, held_out_audit
from cofactor.audit.card.privacy import membership_of_worst_reader
from cofactor.audit.objective.second_objective import second_objective
from cofactor.audit.privacy.membership_report import MEASURES as MEASURED, MembershipInference
from cofactor.card.measures import MEASURES
from cofactor.card.section import Fact
from cofactor.data.ratings import Ratings
from cofactor.data.sources import tastes
from cofactor.errors import BadOption, Leak, UnknownIds
from cofactor.evaluation.bootstrap import Interval
from cofactor.models.ease import EASE
from small_tables import random_ratings

N_UNWANTED = 40
QUICK = {"quick": True, "n_bootstrap": 100}
OF_LISTS = {"lists": {}, "k": 5, "level": (0.95, 100), "seed": 0, "thresholds": {}, "quick": True}


@pytest.fixture(scope="module")
def parts():
    """Some people of tastes, and items that two of them tried and gave one star."""
    ratings = tastes.load(n_users=150)
    users = [*ratings.users.gather(ratings.user_idx).tolist(), *(["a", "b"] * N_UNWANTED)]
    items = [*ratings.items.gather(ratings.item_idx).tolist(), *(f"unwanted {at // 2}" for at in range(2 * N_UNWANTED))]
    values = [*ratings.values.tolist(), *([1.0] * 2 * N_UNWANTED)]
    return cf.split(Ratings.from_arrays(users, items, values), test=0.3, by="user", seed=1)


@pytest.fixture(scope="module")
def model(parts):
    return cf.EASE().fit(parts.train)


@pytest.fixture(scope="module")
def of_clicks():
    """A model that shows to everybody what most people have."""
    table = random_ratings(60, 40, 900)
    train, test = cf.split(Ratings.from_arrays(table.user_idx, table.item_idx), test=0.3, by="user", seed=1)
    return cf.Popularity().fit(train), test


LISTS = ["accuracy", "popularity"]


@pytest.fixture(scope="module")
def card(model, parts):
    return cf.model_card(model, parts.test, sections=LISTS, **QUICK)


@dataclass(kw_only=True)
class Inserting(EASE):
    """Every second place of its lists goes to an item that nobody has ever liked, another one for everybody."""

    def rank_users(self, user_idx, n, excluded=None, *, hide_seen=True, approximate=False):
        items, scores = super().rank_users(user_idx, n, excluded, hide_seen=hide_seen, approximate=approximate)
        liked = self.ratings.subset(self.ratings.values >= 4).item_counts > 0
        unwanted = np.flatnonzero(~liked)
        places = np.arange(1, n, 2)
        turns = np.arange(len(items))[:, None] * len(places) + np.arange(len(places))
        items[:, places] = unwanted[turns % len(unwanted)]
        return items, scores


def test_inserting_what_nobody_ever_liked_makes_no_light_green(parts, card):
    """Gini index, coverage and the tail's share become better by it, and would be green by their values alone."""
    easy = {"coverage": {"green": 0.3, "red": 0.1}, "exposure_gini": {"green": 0.3, "red": 0.9}}
    easy |= {"popularity_lift": {"green": 0.6, "red": 0.9}, "tail_share": {"green": -0.4, "red": -0.9}}
    model = Inserting().fit(parts.train)
    found = cf.model_card(model, parts.test, sections=LISTS, thresholds=easy, **QUICK).findings
    before = card.findings
    for name in ("exposure_gini", "popularity_lift"):
        assert found[name].value < before[name].value
    for name in ("coverage", "tail_share"):
        assert found[name].value > before[name].value
    assert {name for name in easy if replace(found[name], held_back_by=()).light == "green"} == easy.keys()
    assert [name for name, one in found.items() if MEASURES[name].coupled and one.light == "green"] == []
    assert "Items on lists that somebody has liked" in found["coverage"].held_back_by
    assert found["liked_share"].light == "red"
    assert [name for name in found if found[name].light == "green" and before[name].light != "green"] == []


def test_figures_on_the_card_are_those_of_the_audits(model, parts, card):
    bias = cf.popularity_bias(model, parts.test, n_bootstrap=100)
    coverage = card.findings["coverage"]
    assert (coverage.value, coverage.low, coverage.high) == bias.value("coverage")
    (accuracy,) = (one for one in card.sections if one.key == "accuracy")
    (ndcg,) = (one for one in accuracy.findings if one.name == "ndcg")
    found = cf.evaluate(model, parts.test, metrics=["ndcg@10"], n_bootstrap=100)
    assert ndcg.value == pytest.approx(found.values["ndcg@10"], abs=0.01)  # users without training ratings, and ties


def test_a_model_that_shows_the_most_popular_is_not_better_than_that(of_clicks):
    found = cf.model_card(*of_clicks, sections=["accuracy"], **QUICK).findings
    assert found["list_accuracy"].light == "amber"


def test_every_section_can_be_measured_and_says_on_what(parts):
    """Of a model of clicks on a table without genres or times, without a test."""
    model = cf.ImplicitMF(n_factors=4, n_epochs=3).fit(parts.train, progress=False)
    said = []
    card = cf.model_card(model, progress=said.append, **QUICK)
    assert said == [one for one in MEASURED_SECTIONS if one != "values"]
    for section in card.sections:
        if section.key in {*MEASURED_SECTIONS} - {"bubble", "privacy"}:
            assert "a model with the same options, fitted to the rest" in section.how
        if section.key == "privacy":
            assert f"the {len(parts.train):,} ratings of" in section.how
            assert re.search(r"in which 15\d people were looked for\. 95%", section.how)
    measured = {name for name, one in card.findings.items() if one.light != "grey"}
    assert measured == {
        "list_accuracy", "group_gap", "liked_share", "tail_opportunity", "tail_share", "popularity_lift",
        "exposure_gini", "coverage", "unique_people", "newcomers",
    }  # fmt: skip
    assert "answers the question" not in card.html()
    assert "predicts no ratings" in card.findings["rating_accuracy"].sentence


def test_weights_of_a_list_are_those_one_knows_by_thinking(of_clicks):
    """The most popular items: all of the order is popularity's, nothing the person's own."""
    card = cf.model_card(*of_clicks, sections=["parameters", "profile"], **QUICK)
    found = {one.name: one for section in card.sections for one in section.findings}
    assert found["weight_popularity"].value == pytest.approx(1)
    assert found["weight_profile"].value == pytest.approx(0)
    assert {one.light for one in found.values()} == {"none"}


def test_lists_by_other_options_are_another_card(model, parts, card):
    options = {"max_share_of_head": 0.5}
    found = cf.model_card(model, parts.test, sections=["popularity"], lists=options, **QUICK)
    assert found.findings["tail_share"].value > card.findings["tail_share"].value
    assert found.fingerprint != card.fingerprint
    assert "max_share_of_head=0.5" in found.markdown().replace("\\", "")
    with pytest.raises(BadOption, match="not audited by the option 'divrsity'. Did you mean 'diversity'?"):
        cf.model_card(model, parts.test, lists={"divrsity": 0.3})


@dataclass(frozen=True)
class Simulated:
    """A simulation with given findings, of two recommenders over two rounds."""

    findings: tuple
    audited: tuple = ("EASE",)
    recommenders: tuple = ("EASE", "true taste")
    ways: tuple = tuple(CHOICE_MODELS)
    seeds: tuple = (0, 1)

    @property
    def runs(self):
        return {RunKey(*one): () for one in product(self.recommenders, self.ways, self.seeds)}

    @property
    def setting(self):
        from cofactor.audit.bubble.result import Setting

        return Setting("small", 20, 10, 3, 2, "genres", False)

    def curves(self, measure):
        columns = {"recommender": ["EASE"] * 2 + ["true taste"] * 2, "round": [1, 2, 1, 2]}
        return columns | {name: [0.1, 0.2, 0.1, 0.1] for name in ("mean", "low", "high")}


def test_the_bubble_states_only_what_keeps_its_sign(model, parts):
    from cofactor.audit.bubble.findings import Finding

    audit = held_out_audit(model, parts.test, **OF_LISTS)
    beyond, change = (Finding("EASE", "overlap", *rest, 4) for rest in ((True, 0.3, 0.2, 0.4), (False, 0.15, 0.1, 0.2)))
    fallen = change._replace(mean=-0.15, low=-0.2, high=-0.1)
    for kept, light, value in (
        ((beyond, change), "red", 0.15),  # the lesser harm: what happens, and is not people's own doing
        ((beyond, fallen), "green", -0.15),  # it does not happen at all
        ((beyond,), "grey", None),  # whether it happens is not known
        ((), "grey", None),
    ):
        overlap, diversity = section_of_bubble(audit, Simulated(kept)).findings
        assert overlap.light == light
        facts = [f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})" for one in kept]
        assert all(fact in section_of_bubble(audit, Simulated(kept)).facts[0].value for fact in facts)
        assert value is None or overlap.value == value
        assert diversity.light == "grey"
        assert "nothing is said" in diversity.sentence


@pytest.mark.parametrize("too_little", [{"seeds": (0,)}, {"ways": ("logit",)}])
def test_one_run_keeps_its_sign_and_gives_no_light(model, parts, too_little):
    from cofactor.audit.bubble.findings import Finding

    fallen = Finding("EASE", "overlap", False, -0.15, -0.15, -0.15, 1)
    audit = held_out_audit(model, parts.test, **OF_LISTS)
    overlap, _ = section_of_bubble(audit, Simulated((fallen,), **too_little)).findings
    assert overlap.light == "grey"
    assert "too few" in overlap.sentence


VALUES = cf.ItemValues(
    "learning", {"inception-2010": 0.9, "frozen-2013": 0.1, "unwanted 1": 0.2}, higher_is_better=True,
    set_by="the editors", set_on="2026-03-01", n_people=0,
)  # fmt: skip


def test_a_second_objective_is_on_the_card_where_values_are_given(model, parts, tmp_path):
    card = cf.model_card(model, parts.test, sections=[], item_values=VALUES.write(tmp_path / "v.csv"), **QUICK)
    found = second_objective(model, parts.test, VALUES, weights=[0.3], n_bootstrap=100)
    (section,) = (one for one in card.sections if one.key == "values")
    figures = {one.name: one.value for one in section.findings}
    assert figures["ndcg at 0.3"] == found.value("ndcg", 0.3).value
    assert figures["value at 1"] == found.value("value", 1).value
    facts = {one.name: one for one in section.facts}
    assert facts["Set by"].value == "the editors, on 2026-03-01"
    assert facts["People asked"] == Fact("People asked", "nobody", red=True)
    assert "The model alone pushes" in section.text[1]
    assert 'class="uncovered"><dt>People asked' in card.html()
    kept = model.copied()
    kept.keep_card(card)
    again = {one.key: one for one in cf.open(kept.save(tmp_path / "m")).card().sections}["values"]
    assert again.facts == section.facts
    assert [one.value for one in again.findings] == [one.value for one in section.findings]


def test_without_values_the_card_says_so_and_they_cannot_be_measured(model, parts, card):
    assert "No table of item values was given" in card.markdown()
    with pytest.raises(BadOption, match="measured of a table of item values: give it, as in item_values"):
        cf.model_card(model, parts.test, sections=["values"])
    with pytest.raises(BadOption, match="item_values of a card are cf.ItemValues"):
        cf.model_card(model, parts.test, item_values={"inception-2010": 1})


def test_a_model_without_noise_promises_no_privacy_in_one_line(card):
    (section,) = (one for one in card.sections if one.key == "promise")
    assert (len(section.text), section.facts) == (1, ())
    assert section.text[0].startswith("No privacy is promised")


def test_membership_is_that_of_the_reader_who_finds_most_and_the_card_says_who(model, parts):
    """The blind one sees nothing of the model, however lucky it is."""
    rates = {"scores": 0.2, "lists": 0.1, "item factors": 0.3, "blind": 0.9}
    found = MembershipInference(
        "EASE", 4, 500, 10, 0.95,
        {(reader, name): Interval(rate, rate - 0.1, rate + 0.1) for reader, rate in rates.items() for name in MEASURED},
    )  # fmt: skip
    finding = membership_of_worst_reader(held_out_audit(model, parts.test, **OF_LISTS), found)
    assert (finding.value, finding.low) == pytest.approx((0.3, 0.2))
    assert "sees the model's item factors" in finding.sentence
    assert "of those tried: scores, lists, item factors." in finding.sentence


def test_a_card_is_kept_only_in_the_folder_of_its_model(model, card, parts, tmp_path):
    folder = model.save(tmp_path / "m")
    keep_card_in(card, folder)
    assert cf.open(folder).card().findings["coverage"].value == card.findings["coverage"].value
    other = cf.EASE(reg=1.0).fit(parts.train).save(tmp_path / "other")
    with pytest.raises(BadOption, match="holds another model than the one of this card"):
        keep_card_in(card, other)


def test_a_later_audit_keeps_what_an_earlier_one_found(model, card, parts):
    held = model.copied()
    held.keep_card(card)
    more = cf.model_card(held, parts.test, sections=["cold_start"], answers={"owner": "Ann"}, **QUICK)
    assert more.findings["coverage"].value == card.findings["coverage"].value
    assert more.findings["newcomers"].light != "grey"
    assert more.answers == {"owner": "Ann"}


def test_a_fit_too_small_to_hold_anything_out_has_unmeasured(checkerboard):
    assert card_of_fit(cf.Popularity().fit(checkerboard))[0] is not None
    card, said = card_of_fit(cf.Popularity().fit(Ratings.from_arrays(["a", "b"], [1, 2])))
    assert card is None
    assert said.startswith("Accuracy was not measured: ")


def test_the_size_of_a_signed_value_begins_at_0_where_its_sign_is_in_doubt():
    assert absolute(Interval(-0.2, -0.3, -0.1)) == Interval(0.2, 0.1, 0.3)
    assert absolute(Interval(0.1, -0.3, 0.4)) == Interval(0.1, 0.0, 0.4)


def test_lists_are_as_long_as_a_small_catalogue(tastes):
    few = tastes.subset(np.isin(tastes.item_idx, np.argsort(-tastes.item_counts)[:8]))
    few = few.without(items=few.items.values[few.item_counts == 0].tolist())
    card = cf.model_card(cf.Popularity().fit(few), sections=["accuracy"], n_bootstrap=50)
    assert "nDCG@8" in card.findings["list_accuracy"].sentence


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sections": ["acuracy"]}, "No section 'acuracy' is measured"),
        ({"k": 0}, "k"),
        ({"k": 1000}, r"Lists of k=1000 are longer than the catalogue of \d+ items"),
        ({"answers": {"ownr": "Ann"}}, "no question 'ownr'"),
        ({"thresholds": {"coverage": 1}}, "coverage is given as"),
        ({"thresholds": {"coverage": {"green": 90, "red": 80}}}, "a share, 0.9 being 90 %, and no larger than 1"),
        ({"thresholds": {"group_gap": {"green": 2, "red": 5}}}, "a difference, not in percent"),
        ({"thresholds": {"popularity_lift": {"green": 10, "red": 50}}}, "no larger than 5"),
        ({"answers": 3}, "A file, or values by their names"),
        ({"quick": "yes"}, "quick must be True or False"),
    ],
)
def test_mistakes_are_said_before_anything_is_measured(model, parts, wrong, message):
    with pytest.raises(BadOption, match=message):
        cf.model_card(model, parts.test, **wrong)


def test_values_of_strange_items_are_refused_before_anything_is_measured(model, parts):
    strange = cf.ItemValues("n", {"nothing": 1}, higher_is_better=True, set_by="us", set_on="2026-03-01", n_people=0)
    said = []
    with pytest.raises(UnknownIds):
        cf.model_card(model, parts.test, sections=["accuracy"], item_values=strange, progress=said.append)
    assert said == []


def test_ratings_that_the_model_has_seen_are_a_leak(model, parts):
    with pytest.raises(Leak):
        cf.model_card(model, parts.train, sections=["accuracy"])
