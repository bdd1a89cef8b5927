"""What is drawn is what was given, in the axes that were given, and titles stay as they are."""

import sys

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402

from cofactor import plots  # noqa: E402
from cofactor.errors import BadOption, MissingExtra  # noqa: E402

STRANGE = "$10^6 & <b>Löwe</b> $"  # neither a formula nor markup
HEBREW = "ואלס עם באשיר"

# each with three rows, and with none
CALLS = {
    "rating_matrix": (([0, 0, 1], [0, 1, 0], [5, 3, 1]), ([], [], [])),
    "sparsity": (([1, 2, 4], 10), ([], 10)),
    "long_tail": (([5, 1, 3],), ([],)),
    "rating_histogram": (([1, 2, 3], [5, 7, 9]), ([], [])),
    "step_losses": (([3.0, 2.0, 1.5],), ([],)),
    "loss_curves": (({"mf": [([2.0, 1.0], [3.0, 2.5])]},), ({"mf": []},)),
    "round_curves": ((["a", "a", "b", "b"], [1, 2, 1, 2], [0.5, 0.4, 0.2, 0.3]), ([], [], [])),
    "lr_curve": ((np.array([1e-3, 1e-2, 1e-1]), np.array([3.0, 1.0, 2.0]), {"": 1e-2}), ([], [], {})),
    "factor_map": ((np.eye(3)[:, :2], ["a", "b", "c"]), (np.empty((0, 2)), [])),
    "axis_ends": (([-1.0, 0.5, 2.0], ["a", "b", "c"]), ([], [])),
    "bias_chart": ((["a", "b", "c"], [0.1, -0.2, 0.3]), ([], [])),
    "similarity_heatmap": ((np.eye(3), ["a", "b", "c"]), (np.empty((0, 0)), [])),
    "comparison_chart": (
        (["a", "b"], [1.0, 2.0], [0.9, 1.9], [1.1, 2.1], ["winner", "behind"]), ([], [], [], [], []),
    ),
    "trade_off": (([0, 0.5, 1], [[1, 0, 2], [2, 1, 3], [3, 2, 4]], [[0.3, 0.2, 0.4]] * 3), ([], [], [])),
    "accuracy_curve": (([1, 10, 100], {"mf": [1.0, 0.9, 0.8]}), ([], {})),
}  # fmt: skip
OPTIONS = {"comparison_chart": {"metric": "rmse"}}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def draw(name, case=0, **options):
    return getattr(plots, name)(*CALLS[name][case], **OPTIONS.get(name, {}), **options)


def labels(texts):
    return [text.get_text() for text in texts if text.get_visible()]


def test_every_function_is_tried_here():
    assert sorted(CALLS) == sorted(plots.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_drawn_into_the_axes_given_and_opens_no_other(name):
    _, both = plt.subplots(1, 2)
    assert draw(name, ax=both[1]) is both[1]
    assert plt.get_fignums() == [1]
    assert not both[0].has_data()
    assert both[1].has_data()


@pytest.mark.parametrize("name", CALLS)
def test_new_axes_have_labels_and_can_be_drawn(name):
    axes = draw(name)
    axes.figure.draw_without_rendering()
    named_rows = bool(labels(axes.get_yticklabels()))
    assert name == "similarity_heatmap" or axes.get_xlabel()
    assert named_rows or axes.get_ylabel()


@pytest.mark.parametrize("name", CALLS)
def test_without_matplotlib_the_extra_is_named(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"pip install 'cofactor\[plots\]'"):
        draw(name)


@pytest.mark.parametrize("name", CALLS)
def test_of_nothing_the_figure_says_so(name):
    assert "nothing to draw" in labels(draw(name, case=1).texts)


@pytest.mark.parametrize(
    "call",
    [
        lambda: plots.rating_histogram([1, 2], [5]),
        lambda: plots.rating_matrix([0], [0], max_side=0),
        lambda: plots.factor_map(np.eye(3), ["a", "b", "c"]),
        lambda: plots.factor_map(np.eye(2), ["a"]),
        lambda: plots.axis_ends([1.0], ["a"], n=0),
        lambda: plots.long_tail([1], head=0),
        lambda: plots.sparsity([5], 4),
        lambda: plots.similarity_heatmap([[1, 0.5], [0.2, 1]], ["a", "b"]),
        lambda: plots.similarity_heatmap([[1, np.nan], [np.nan, 1]], ["a", "b"]),
        lambda: plots.accuracy_curve([1, 2], {"mf": [[1, 0.9], [1, 0.8]]}),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_a_figure_is_opened(call):
    with pytest.raises(BadOption, match="came"):
        call()
    assert plt.get_fignums() == []


@pytest.mark.parametrize("title", [STRANGE, HEBREW])
def test_titles_are_shown_as_they_are(title):
    one = [title]
    drawn = [
        plots.factor_map([[1.0, 1.0]], one), plots.axis_ends([1.0], one), plots.bias_chart(one, [1.0]),
        plots.similarity_heatmap([[1.0]], one), plots.loss_curves({title: [([1.0], [])]}),
        plots.comparison_chart(one, [1.0], [0.9], [1.1], [title], metric="rmse"),
    ]  # fmt: skip
    for axes in drawn:
        axes.figure.draw_without_rendering()  # a dollar sign read as mathematics would stop it
        legend = axes.get_legend()
        texts = [*axes.texts, *axes.get_yticklabels(), *(legend.get_texts() if legend else [])]
        ours = [text for text in texts if title in text.get_text()]
        assert [text.get_parse_math() for text in ours] == [False] * len(ours) != []


def test_a_long_title_is_cut_and_kept_on_one_line():
    (label,) = labels(plots.bias_chart(["Dr.\nStrangelove, " + "x" * 50], [1.0]).get_yticklabels())
    assert label.startswith("Dr. Strangelove, xxx")
    assert label.endswith("…")
    assert len(label) == 40


def test_the_matrix_has_the_most_active_user_on_top_and_the_most_rated_item_on_the_left():
    cells = plots.rating_matrix([7, 7, 3], [4, 9, 9], [1, 2, 3]).images[0].get_array()
    assert cells.filled(0).tolist() == [[2, 1], [3, 0]]


def test_known_cells_of_clicks_are_all_alike():
    axes = plots.rating_matrix([0, 0, 1], [0, 1, 0])
    assert axes.images[0].get_array().filled(0).tolist() == [[1, 1], [1, 0]]
    assert len(axes.figure.axes) == 1  # no bar of colours


def test_a_large_matrix_is_drawn_in_blocks_by_the_share_of_cells_that_is_known():
    users, items = np.nonzero(np.tri(4))
    cells = plots.rating_matrix(users, items, max_side=2).images[0].get_array()
    assert cells.filled(0).tolist() == [[1, 0.75], [0.75, 0]]


def test_the_long_tail_says_what_the_head_has():
    axes = plots.long_tail([1, 8, 1, 0, 0], head=0.2)
    assert labels(axes.texts) == ["the most rated 20% of the items\nhave 80% of the ratings"]
    assert axes.patches[0].get_data().values.tolist() == [8, 1, 1, 0, 0]


def test_sparsity_counts_everybody_and_gives_the_share_that_is_known():
    axes = plots.sparsity([0, 1, 1, 4], 10)
    assert sum(bar.get_height() for bar in axes.patches) == 3
    assert labels(axes.texts) == ["20% of all cells are known"]


def test_a_histogram_has_a_bar_for_each_rating():
    axes = draw("rating_histogram")
    assert [bar.get_height() for bar in axes.patches] == [5, 7, 9]
    assert labels(axes.texts) == ["24%", "33%", "43%"]


def test_losses_show_every_step_and_every_epoch():
    train, held_out = plots.step_losses([3.0, 2.0, 1.5, 1.2], [2.1, 1.6], steps_per_epoch=2).lines
    assert train.get_ydata().tolist() == [3.0, 2.0, 1.5, 1.2]
    assert held_out.get_xdata().tolist() == [2, 4]


def test_several_runs_are_their_mean_and_a_band_that_holds_them():
    axes = plots.loss_curves({"mf": [([4.0, 2.0], []), ([2.0, 1.0, 0.5], [])]})
    (mean,), (band,) = axes.lines, axes.collections
    assert mean.get_ydata().tolist() == [3.0, 1.5, 0.5]  # the second run alone had a third epoch
    assert band.get_paths()[0].get_extents().get_points().tolist() == [[1, 0.5], [3, 4.0]]
    assert labels(axes.get_legend().get_texts()) == ["mf, train"]


def test_rounds_have_a_line_and_a_band_for_each_recommender_in_their_order():
    axes = plots.round_curves(["b", "a", "b"], [2, 1, 1], [3.0, 5.0, 1.0], [2.0, 4, 0], [4.0, 6, 2], measure="overlap")
    b, a = axes.lines
    assert (b.get_xdata().tolist(), b.get_ydata().tolist()) == ([1, 2], [1.0, 3.0])
    assert labels(axes.get_legend().get_texts()) == ["b", "a"]
    assert axes.collections[0].get_paths()[0].get_extents().get_points().tolist() == [[1, 0.0], [2, 4.0]]
    assert a.get_marker() != b.get_marker()
    with pytest.raises(BadOption, match="low and high belong together"):
        plots.round_curves(["a"], [1], [1.0], [0.0])


def test_many_recommenders_are_told_apart_by_colour_and_line():
    names = [f"version {at}" for at in range(8)]
    lines = plots.round_curves(names, [1] * 8, [0.0] * 8).lines
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 8


def test_the_finders_curve_marks_its_suggestion():
    axes = draw("lr_curve")
    assert axes.get_xscale() == "log"
    assert labels(axes.texts) == ["0.01"]


def test_both_axes_of_a_map_have_one_scale():
    axes = plots.factor_map([[0.0, 0.0], [5.0, 1.0]], ["a", "b"])
    axes.figure.draw_without_rendering()
    assert axes.transData.get_matrix()[0, 0] == pytest.approx(axes.transData.get_matrix()[1, 1])


def test_a_row_whose_place_is_unknown_is_left_out_of_a_map():
    axes = plots.factor_map([[0.0, 1.0], [np.nan, 0.0]], ["known", "unknown"])
    axes.figure.draw_without_rendering()
    assert labels(axes.texts) == ["known"]


def test_both_ends_of_an_axis_are_shown_the_high_one_on_top():
    axes = plots.axis_ends([0.1, -3.0, 2.0, -1.0], ["middle", "lowest", "highest", "low"], n=1, low="calm", high="wild")
    assert labels(axes.get_yticklabels()) == ["highest", "lowest"]
    assert [bar.get_width() for bar in axes.patches] == [2.0, -3.0]
    assert axes.get_title() == "← calm        wild →"
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # rows count downwards


def test_biases_come_with_their_intervals():
    axes = plots.bias_chart(["a", "b"], [0.1, 0.5], [0.0, 0.4], [0.2, 0.7])
    assert labels(axes.get_yticklabels()) == ["b", "a"]
    assert [line.get_xdata().tolist() for line in axes.lines[:2]] == [[0.4, 0.7], [0.0, 0.2]]


def test_rows_that_are_alike_lie_side_by_side():
    member = np.array([0, 1, 0, 1])
    axes = plots.similarity_heatmap(np.where(member[:, None] == member, 1.0, -0.5), ["a0", "b0", "a1", "b1"])
    assert [name[0] for name in labels(axes.get_yticklabels())] in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
    assert axes.images[0].get_array()[:2, 2:].tolist() == [[-0.5, -0.5], [-0.5, -0.5]]


def test_the_winner_is_marked_and_the_verdicts_are_in_words():
    axes = draw("comparison_chart", winner="a")
    assert labels(axes.texts) == ["winner", "behind"]
    assert [text.get_fontweight() for text in axes.get_yticklabels()] == ["bold", "normal"]
    assert [line.get_xdata().tolist() for line in axes.lines[::2]] == [[0.9, 1.1], [1.9, 2.1]]


def test_accuracy_has_a_band_where_intervals_are_given():
    axes = plots.accuracy_curve([1, 100], {"mf": [[1.0, 0.9, 1.1], [0.8, 0.7, 0.9]], "bias": [1.0, 1.0]})
    assert [line.get_ydata().tolist() for line in axes.lines] == [[1.0, 0.8], [1.0, 1.0]]
    assert axes.collections[0].get_paths()[0].get_extents().get_points().tolist() == [[1, 0.7], [100, 1.1]]
    assert len(axes.collections) == 1
    assert axes.get_xscale() == "log"
