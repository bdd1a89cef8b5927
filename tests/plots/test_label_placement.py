"""No label of a map lies on another, whatever is placed and at any size."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from cofactor.plots.label_placement import place_labels

GAP = 2.0
WINDOW = np.array([[0.0, 0.0], [100.0, 60.0]])
POINT = st.tuples(st.integers(-5, 105), st.integers(-5, 65))
SIZE = st.tuples(st.integers(1, 60), st.integers(1, 12))


def overlap(one, other):
    return bool(((one[0] < other[1]) & (other[0] < one[1])).all())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(POINT, SIZE), max_size=25))
def test_no_two_boxes_overlap_and_all_are_inside(labels):
    points, sizes = (np.array([one[at] for one in labels], float).reshape(-1, 2) for at in (0, 1))
    corners = place_labels(points, sizes, WINDOW, GAP)
    boxes = [np.array([corner, corner + size]) for corner, size in zip(corners, sizes) if np.isfinite(corner).all()]
    assert all((WINDOW[0] <= box[0]).all() and (box[1] <= WINDOW[1]).all() for box in boxes)
    assert not any(overlap(one, other) for at, one in enumerate(boxes) for other in boxes[:at])
    shown = points[np.isfinite(corners).all(axis=1)]
    assert not any(overlap(box, [point, point]) for box in boxes for point in shown)


def test_a_label_stands_to_the_right_where_there_is_room_and_else_where_there_is():
    points, sizes = np.array([[10.0, 30.0], [95.0, 30.0]]), np.array([[20.0, 8.0], [20.0, 8.0]])
    assert place_labels(points, sizes, WINDOW, GAP).tolist() == [[12.0, 26.0], [73.0, 26.0]]


def test_the_more_important_label_is_the_one_that_is_shown():
    points, sizes = np.array([[50.0, 30.0], [50.0, 30.0]]), np.array([[10.0, 8.0], [10.0, 8.0]])
    assert np.isfinite(place_labels(points, sizes, WINDOW, GAP)[:, 0]).tolist() == [True, False]


@pytest.mark.parametrize(("size", "dpi"), [((9, 7), 100), ((3, 2.5), 60), ((4, 3), 220)])
def test_the_labels_of_a_map_lie_apart_and_inside_at_any_size(size, dpi):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot as plt

    from cofactor.plots import factor_map

    rng = np.random.default_rng(0)
    axes = factor_map(rng.normal(size=(80, 2)), [f"Film number {at} (1999)" for at in range(80)])
    axes.figure.set(dpi=dpi)
    axes.figure.set_size_inches(size)
    axes.figure.canvas.draw()
    boxes = [text.get_window_extent().get_points() for text in axes.texts if text.get_visible()]
    window = axes.get_window_extent().get_points()
    plt.close(axes.figure)
    assert 5 < len(boxes) <= 60
    assert all((window[0] <= box[0] + 0.5).all() and (box[1] <= window[1] + 0.5).all() for box in boxes)
    assert not any(overlap(one, other) for at, one in enumerate(boxes) for other in boxes[:at])


def test_a_map_shows_other_names_after_zooming_and_no_more_than_asked_for():
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot as plt

    from cofactor.plots import factor_map

    axes = factor_map([[0, 0], [1, 1], [8, 8]], ["a", "b", "c"], importance=[9, 5, 1], n_labels=2)

    def shown():
        axes.figure.canvas.draw()
        return [text.get_text() for text in axes.texts if text.get_visible()]

    assert shown() == ["a", "b"]
    axes.set(xlim=(0.5, 9), ylim=(0.5, 9))
    assert shown() == ["b", "c"]
    plt.close(axes.figure)
