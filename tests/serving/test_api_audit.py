"""Each number of the Audit view is the one that Python gives; audits run in the background, and can be ended."""

import subprocess
import sys
from threading import Event

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.audit.bubble.rounds import MEASURES
from cofactor.audit.card.model_card import model_card
from cofactor.card.finding import Finding
from cofactor.card.lights import LIGHT_WORDS
from cofactor.card.measures import MEASURES as MEASURE_TABLE
from cofactor.card.section import Section
from cofactor.data.sources import tastes as tastes_source
from cofactor.serving.background import Background
from cofactor.serving.guard import Permissions
from cofactor.serving.opened import OpenModel, Shelf
from cofactor.serving.pages.audit.lights import part_lights
from serving.conftest import client_of
from serving.test_api import run_python

SMALL = {"n_rounds": 2, "n_seeds": 1, "choice_model": "logit"}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Shelf:
    """A model of a few generated people."""
    folder = tmp_path_factory.mktemp("audit") / "few.cofactor"
    cf.EASE().fit(tastes_source.load(n_users=120), progress=False).save(folder)
    return Shelf(OpenModel.at(folder))


@pytest.fixture(scope="module")
def client(small):
    return client_of(small)


def measured(client, name: str, settings: dict | None = None) -> dict:
    """An audit's answer, once it has been made."""
    answer = client.get(f"/api/audit/{name}").json()
    if answer["found"] is None:
        client.post(f"/api/audit/{name}", json=settings or {})
        for _ in range(4000):
            answer = client.get(f"/api/audit/{name}").json()
            if answer["about"]["state"] in ("ready", "failed"):
                break
            Event().wait(0.005)
    assert answer["about"]["state"] == "ready", answer["about"]
    return answer["found"]


def table_of(found: dict) -> dict[str, list]:
    """The rows of an answer as columns, as Python has them: what is not defined is nan there."""
    return {name: [np.nan if row[name] is None else row[name] for row in found["rows"]] for name in found["rows"][0]}


def panels(found: dict, part: str, measure: str = "") -> dict[str, dict]:
    """The panels of a measure by their titles."""
    (view,) = [one for one in found["views"][part] if one["name"] == measure]
    return {panel["title"]: panel for panel in view["panels"]}


def same_table(found: dict, columns: dict[str, list]) -> None:
    answer = table_of(found)
    assert list(answer) == list(columns)
    for name, values in columns.items():
        if isinstance(values[0], str):
            assert answer[name] == values
        else:
            assert answer[name] == pytest.approx(values, nan_ok=True)


def test_what_was_not_measured_says_so_and_has_no_light(small):
    fresh = client_of(Shelf(small.opened))
    overview = fresh.get("/api/audit").json()
    lights = [light for one in overview["audits"] for part in one["lights"].values() for light in part]
    assert {(one["light"], one["word"], one["value"]) for one in lights} == {("grey", "not measured", "not measured")}
    assert {one["light"] for audit in overview["audits"] for one in audit["light"].values()} == {"grey"}
    assert fresh.get("/api/audit/popularity").json()["found"] is None
    assert overview["fingerprint"] == small.opened.fingerprint


def test_exposure_and_groups_are_those_of_popularity_bias(client):
    found = measured(client, "popularity")
    bias = run_python(found["python"])
    same_table(found, bias.columns())
    assert found["notes"] == list(bias.sheet().notes)
    shown = panels(found, "exposure")["Which items are shown"]
    points, exposed = shown["curves"]["series"][0], bias.exposure["model"]
    assert set(points["y"]) == set(exposed.tolist())
    assert f"{(exposed == 0).sum()} of {len(exposed)} items" in shown["says"]
    assert shown["table"]["rows"][0][2]["text"] == str(exposed.max())


def test_the_lorenz_curves_are_those_of_python_at_their_points(client):
    found = measured(client, "popularity")
    bias = run_python(found["python"])
    for curve in panels(found, "exposure")["How the places are spread"]["curves"]["series"]:
        whole = bias.lorenz(curve["label"])
        at = (np.array(curve["x"]) * (len(whole) - 1)).round().astype(int)
        assert curve["y"] == pytest.approx(whole[at].tolist())
        assert (at[0], at[-1]) == (0, len(whole) - 1)


def test_accuracy_by_group_is_the_one_of_python_and_a_difference_says_whether_it_is_real(client):
    found = measured(client, "popularity")
    bias = run_python(found["python"])
    shown = panels(found, "groups", "ndcg")
    for row in shown["ndcg, by taste"]["intervals"]:
        group = "all" if row["label"] == "everybody" else row["label"]
        assert [row["value"], row["low"], row["high"]] == pytest.approx(list(bias.value("ndcg", group)))
    for row in shown["blockbuster - niche"]["table"]["rows"]:
        stratum = row[0]["text"].removeprefix("all people")
        gap = bias.value("ndcg", "blockbuster - niche", stratum=stratum)
        assert row[1]["text"].replace("\N{MINUS SIGN}", "-") == f"{gap.value:.4f}"
        assert row[2]["text"] == ("beyond the noise" if gap.low * gap.high > 0 else "inside the noise")
    light = shown["By taste and activity"]["table"]["rows"][0][2]["text"]
    assert light == f"{bias.value('ndcg', stratum='light').value:.4f}"


def test_the_bubble_is_the_one_of_filter_bubble(client):
    found = measured(client, "bubble", SMALL)
    bubble = run_python(found["python"])
    same_table(found, bubble.columns())
    for measure, label in MEASURES.items():
        (curves,) = [panel["curves"] for panel in panels(found, "bubble", measure).values() if panel["curves"]]
        assert curves["y"]["label"] == label
        assert [one for curve in curves["series"] for one in curve["y"]] == pytest.approx(
            bubble.curves(measure)["mean"], nan_ok=True
        )
    said = panels(found, "bubble", "drift")["What may be said"]
    assert said["sentences"] == [str(one) for one in bubble.findings]
    assert "only run, which says little" in said["says"]


def shown(finding) -> dict:
    """A finding of a card as the page has it."""
    return {
        "light": finding.light, "word": LIGHT_WORDS[finding.light], "title": finding.title, "value": finding.value_text,
        "sentence": finding.sentence, "threshold": str(finding.threshold), "note": finding.note,
    }  # fmt: skip


def test_the_lights_are_those_of_the_models_card(client, small):
    """Those of the sections that were measured; all others of the view stay grey."""
    measured(client, "popularity")
    lights = client.get("/api/audit/popularity").json()["about"]["lights"]
    findings = model_card(small.opened.model, sections=["accuracy", "popularity"]).findings
    for part, section in (("exposure", "popularity"), ("groups", "accuracy")):
        names = [name for name in findings if MEASURE_TABLE[name].section == section]
        assert {light["title"]: light for light in lights[part]} == {
            findings[n].title: shown(findings[n]) for n in names
        }


def test_nothing_is_green_before_its_guards_were_measured(small):
    """Lists that hold what nobody wants would look varied: whether anybody wants them is not known yet."""
    fingerprint = small.opened.model.card({}).fingerprint
    name, measure = "bubble_diversity", MEASURE_TABLE["bubble_diversity"]
    good = Finding(
        name=name, title=measure.title, sentence="", value=0.2, low=0.1, high=0.3, threshold=measure.threshold,
        fingerprint=fingerprint,
    )  # fmt: skip
    assert good.light == "green"
    lights = part_lights(small.opened, [Section(key="bubble", findings=(good,))])["bubble"]
    assert {one.title: one.light for one in lights}[measure.title] == "amber"


def test_what_a_model_was_saved_with_has_its_lights_at_once(small, tmp_path):
    model = small.opened.model.copied()
    model.keep_card(model_card(model, sections=["popularity"], n_bootstrap=40))
    model.save(tmp_path / "m.cofactor")
    overview = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor"))).get("/api/audit").json()
    lights = {part: light["light"] for audit in overview["audits"] for part, light in audit["light"].items()}
    assert lights["exposure"] != "grey"
    assert {lights[part] for part in ("groups", "bubble", "reidentification")} == {"grey"}


def test_lights_measured_here_are_held_to_the_thresholds_of_the_models_card(small, tmp_path):
    """Whoever answers for the model has set them stricter."""
    model = small.opened.model.copied()
    model.keep_card(model_card(model, sections=[], thresholds={"unique_people": {"green": 0.001, "red": 0.002}}))
    client = client_of(Shelf(OpenModel.at(model.save(tmp_path / "m.cofactor"))))
    measured(client, "reidentification")
    light = client.get("/api/audit/reidentification").json()["about"]["lights"]["reidentification"][0]
    assert light["threshold"] == "good: 0.1 % or less; problem: above 0.2 %"


def test_who_is_singled_out_is_what_reidentification_counts(client):
    found = measured(client, "reidentification")
    counted = run_python(found["python"])
    same_table(found, counted.columns())
    (panel,) = panels(found, "reidentification").values()
    assert [one for series in panel["curves"]["series"] for one in series["y"]] == counted.columns()["unique"]


def test_one_persons_ratings_are_counted_as_person_search_counts_them(client, small):
    user = client.get("/api/people?n=1").json()["people"][0]["user"]
    answer = client.get("/api/audit/person", params={"user": user, "detail": "items, ratings"}).json()
    assert {row["item"]: row["people"] for row in answer["ratings"]} == run_python(answer["python"])
    items = [row["item"] for row in answer["ratings"]][-3:]
    known = client.post("/api/audit/person", json={"user": user, "items": items, "detail": answer["detail"]}).json()
    assert known["matching"] == run_python(known["python"])
    assert known["people"] == 120


def test_persons_are_not_singled_out_where_none_are_shown(small):
    client = client_of(Shelf(small.opened, permissions=Permissions(people=False)))
    assert client.get("/api/audit/person", params={"user": "u0001"}).status_code == 403
    assert client.post("/api/audit/person", json={"user": "u0001", "items": []}).status_code == 403


@pytest.mark.parametrize(
    ("ask", "status", "says"),
    [
        (lambda client: client.get("/api/audit/person?user=u0001&detail=all"), 422, "Choose one of: items"),
        (lambda client: client.get("/api/audit/person?user=nobody"), 404, "not among the"),
        (lambda client: client.post("/api/audit/bubble", json={"n_rounds": 1}), 422, "n_rounds: Input"),
        (lambda client: client.post("/api/audit/bubble", json={"choice_model": "all"}), 422, "logit, independent"),
        (lambda client: client.delete("/api/audit/everything"), 422, "Choose one of: popularity"),
    ],
)
def test_errors_say_what_to_do(client, ask, status, says):
    answer = ask(client)
    assert answer.status_code == status
    assert says in answer.json()["message"]


def test_an_audit_is_ended_on_request_and_can_be_made_again(small, monkeypatch):
    """The first of two choices lasts until the audit has been ended."""
    shelf = Shelf(small.opened)
    client = client_of(shelf)
    asked, ended = Event(), Event()
    tell = Background._tell

    def slow(self, key, task, progress, says):
        tell(self, key, task, progress, says)
        if says:
            asked.set()
            assert ended.wait(10)

    monkeypatch.setattr(Background, "_tell", slow)
    client.post("/api/audit/bubble", json=SMALL)
    assert asked.wait(20)
    running = client.get("/api/audit/bubble").json()["about"]
    assert (running["state"], running["progress"]) == ("running", 0)
    assert client.post("/api/audit/reidentification").json()["about"]["state"] == "waiting"
    assert client.delete("/api/audit/bubble").json()["about"]["state"] == "none"
    ended.set()
    measured(client, "reidentification")
    assert client.get("/api/audit/bubble").json()["found"] is None
    assert len(measured(client, "bubble", SMALL)["rows"]) == 4 * 2  # recommenders and rounds


def test_an_audit_of_a_replaced_model_is_of_no_other(tmp_path):
    ratings = tastes_source.load(n_users=60)
    cf.EASE().fit(ratings, progress=False).save(tmp_path / "m.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor")))
    measured(client, "reidentification")
    cf.EASE(reg=10.0).fit(ratings, progress=False).save(tmp_path / "m.cofactor")
    client.post("/api/model/reopen")
    assert client.get("/api/audit/reidentification").json()["about"]["state"] == "none"


def test_without_attributes_the_bubble_says_why_it_cannot_be_measured(tmp_path):
    table = pl.DataFrame({"user": [1, 1, 2, 2, 3, 3], "item": [1, 2, 2, 3, 1, 3], "rating": [5, 3, 4, 2, 4, 5]})
    cf.Bias().fit(cf.read(table)).save(tmp_path / "m.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor")))
    assert "no attribute" in client.get("/api/audit/bubble").json()["about"]["cannot"]
    assert client.get("/api/audit/popularity").json()["about"]["cannot"] is None


def test_the_page_is_served_before_any_audit_or_comparison_is_loaded():
    code = "import sys, cofactor.serving.app; print(*sorted(set(sys.argv[1:]) & set(sys.modules)))"
    late = "cofactor.audit.bubble.filter_bubble", "cofactor.audit.popularity", "cofactor.evaluation.compare"
    assert subprocess.run([sys.executable, "-c", code, *late], capture_output=True, text=True).stdout == "\n"
