"""Events of several types become counts, by the weight of each type and by age."""

from datetime import timedelta

import numpy as np
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import BadOption, BadTable

DAY = 86_400
SHOP = {
    "user": ["ann", "ann", "bob", "bob", "cid"],
    "item": [1, 1, 1, 2, 2],
    "type": ["view", "purchase", "view", "cart", "view"],
    "time": [0, 0, 0, 90 * DAY, 90 * DAY],
}
WEIGHTS = {"view": 1, "cart": 3, "purchase": 5}


def counted(ratings: cf.Ratings) -> dict[tuple, float]:
    users, items = ratings.users.gather(ratings.user_idx).tolist(), ratings.items.gather(ratings.item_idx).tolist()
    return dict(zip(zip(users, items, strict=True), ratings.values.tolist(), strict=True))


def test_events_of_a_pair_are_added_up_by_their_weights():
    ratings = cf.read(SHOP, event="type", weights=WEIGHTS)
    assert ratings.kind == "counts"
    assert counted(ratings) == {("ann", 1): 6, ("bob", 1): 1, ("bob", 2): 3, ("cid", 2): 1}


def test_only_the_ratios_of_weights_matter():
    one, ten = (
        cf.read(SHOP, event="type", weights={name: times * weight for name, weight in WEIGHTS.items()})
        for times in (1, 10)
    )
    assert one.fingerprint == ten.fingerprint


def test_a_row_counts_half_as_much_after_a_half_life():
    ratings = cf.read(SHOP, event="type", weights=WEIGHTS, half_life="90d")
    assert counted(ratings) == {("ann", 1): 3, ("bob", 1): 0.5, ("bob", 2): 3, ("cid", 2): 1}
    assert ratings.fingerprint == cf.read(SHOP, event="type", weights=WEIGHTS, half_life=timedelta(days=90)).fingerprint
    assert ratings.report is not None
    assert "half as much for every 90d that it is older than the newest, of 1970-04-01" in str(ratings.report)
    assert "view 1, cart 3, purchase 5" in str(ratings.report)


def test_clicks_and_counts_age_too_and_ratings_do_not():
    clicks = {name: SHOP[name][2:] for name in ("user", "item", "time")}
    assert sorted(cf.read(clicks, half_life="45d").values.tolist()) == [0.25, 1, 1]
    assert cf.read(clicks | {"plays": [4, 2, 1]}, half_life="90d").values.tolist() == [2, 2, 1]
    with pytest.raises(BadTable, match=r"'rating' holds ratings\. Pass kind='counts'"):
        cf.read(clicks | {"rating": [4, 2, 1]}, half_life="90d")


def test_whatever_is_very_old_still_counts_a_little():
    table = {"user": [1, 2], "item": [1, 1], "time": [0, 10**9]}
    ratings = cf.read(table, half_life="1h")
    assert 0 < ratings.values.min() < 1e-20
    assert ratings.n_dislikes == 0


def test_a_view_without_more_is_no_dislike_unless_its_weight_says_so():
    assert cf.read(SHOP, event="type", weights=WEIGHTS).n_dislikes == 0
    asked = cf.read(SHOP, event="type", weights={"view": -1, "cart": 3, "purchase": 5})
    assert [counted(asked)[pair] > 0 for pair in (("ann", 1), ("bob", 1), ("cid", 2))] == [True, False, False]


def test_a_weight_of_0_leaves_a_type_out_and_the_report_says_so():
    report = cf.read(SHOP, event="type", weights=WEIGHTS | {"view": 0, "like": 2}).report
    assert report is not None
    assert [(found.text.partition(" in ")[0], found.count) for found in report.left_out] == [("Events of weight 0", 3)]
    assert "No row of 'type' is of the type 'like'" in str(report)
    assert report.n_read == report.n_kept + 3


def test_a_quantity_multiplies_a_weight_where_it_is_named():
    table = SHOP | {"rating": [1, 4, 1, 1, 2]}
    assert counted(cf.read(table, event="type", weights=WEIGHTS))["ann", 1] == 6
    assert counted(cf.read(table, rating="rating", event="type", weights=WEIGHTS))["ann", 1] == 21


def test_a_row_without_a_type_or_a_time_is_named():
    broken = SHOP | {"type": ["view", None, "view", "cart", "view"], "time": [0, 0, None, 1, 1]}
    with pytest.raises(BadTable, match=r"type of the event is missing in row 1(.|\n)*time is unknown.* in row 2"):
        cf.read(broken, event="type", weights=WEIGHTS, half_life="1d")
    assert len(cf.read(broken, event="type", weights=WEIGHTS, half_life="1d", missing="drop")) == 3


def test_types_without_a_weight_are_named_with_what_to_write():
    with pytest.raises(BadTable, match=r"'cart' \(1 ×\).*weights=\{'view': 1, 'purchase': 5, 'cart': …\}"):
        cf.read(SHOP, event="type", weights={"view": 1, "purchase": 5})
    with pytest.raises(BadTable, match="'view' .*Say what each counts"):
        cf.read(SHOP, event="type")


@pytest.mark.parametrize(
    ("options", "telling"),
    [
        ({"weights": WEIGHTS}, "event=…"),
        ({"event": "type", "weights": {"view": "much"}}, "no weights of events"),
        ({"event": "type", "weights": {"view": 0}}, "at least one above 0"),
        ({"event": "type", "weights": [1, 2]}, "no weights of events"),
        ({"event": "type", "weights": WEIGHTS, "kind": "ratings"}, "kind='ratings'"),
        ({"half_life": "soon"}, "such as '90d'"),
        ({"half_life": 90}, "with its unit"),
        ({"half_life": "0d"}, "above 0"),
        ({"event": 2.5}, "names no column"),
    ],
)
def test_options_without_sense_are_refused(options, telling):
    with pytest.raises(BadOption, match=telling):
        cf.read(SHOP, **options)


def test_without_times_nothing_can_age():
    with pytest.raises(BadTable, match="timestamp=…"):
        cf.read({"user": [1, 2], "item": [1, 1]}, half_life="1d")


def test_on_the_command_line(tmp_path, capsys):
    rows = zip(*SHOP.values(), strict=True)
    (tmp_path / "shop.csv").write_text("\n".join(["user,item,type,time", *(",".join(map(str, row)) for row in rows)]))
    words = ["--event", "type", "--weights", "view=1,cart=3,purchase=5", "--half-life", "90d"]
    folder = str(tmp_path / "shop.cofactor")
    assert main(["fit", str(tmp_path / "shop.csv"), *words, "--model", "popularity", "--out", folder]) == 0
    assert counted(cf.open(folder).ratings)["ann", 1] == 3
    assert main(["data", "check", str(tmp_path / "shop.csv"), "--event", "type", "--weights", "view"]) == 2
    assert "view=1,cart=3" in capsys.readouterr().err


def test_ages_are_of_the_whole_table():
    times = np.array([0, 10, 20]) * DAY
    ratings = cf.read({"user": [1, 1, 2], "item": [1, 2, 2], "time": times}, half_life="10d")
    assert ratings.values.tolist() == [0.25, 0.5, 1]
