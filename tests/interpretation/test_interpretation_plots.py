"""Factors, axes and biases draw what they hold."""

import numpy as np
import pytest
from given_vectors import model_of

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402

from cofactor.interpretation.axis import Axis  # noqa: E402
from cofactor.interpretation.biases import Biases  # noqa: E402
from cofactor.interpretation.factors import factors  # noqa: E402

CROSS = [[-3.0, 0.0], [3.0, 0.0], [0.0, 2.0], [0.0, -2.0], [0.5, 0.5]]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def found():
    return factors(model_of(CROSS, counts=[10, 20, 30, 40, 50]))


def rows_of(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def test_factors_are_drawn_as_a_map_of_the_two_that_are_asked_for(found):
    axes = found.plot(1, 0)
    np.testing.assert_allclose(axes.collections[0].get_offsets(), found.plane(1, 0))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("factor 1", "factor 0")  # no attribute names their ends
    assert [text.get_text() for text in axes.texts] == ["4", "3", "2", "1", "0"]  # the most rated are named first


def test_the_ends_of_a_map_have_their_names():
    line = np.arange(-20.0, 20.0)[:, None]
    kind = np.where(line[:, 0] < 0, "calm", "wild")
    found = factors(model_of(line, kind=kind), n=1)
    low, high = found.names()[0].low, found.names()[0].high
    assert {low, high} == {"calm", "wild"}
    axes = found.axis(0).plot(n=2)
    assert axes.get_title() == f"← {low}        {high} →"


def test_an_axis_is_drawn_by_its_ends(found):
    low, high = found.extremes(0, n=1)
    assert rows_of(found.axis(0).plot(n=1)) == [*high, *low]


@pytest.mark.parametrize("has_intervals", [True, False])
def test_biases_are_drawn_by_their_ends_with_intervals_where_there_are_any(found, has_intervals):
    values = np.array([0.1, -0.9, 0.8, 0.0, 0.3])
    of = {"low": values - 0.2, "high": values + 0.2} if has_intervals else {}
    axes = Biases(Axis("biases", found.rows, values), **of).plot(n=1)
    assert rows_of(axes) == ["2", "1"]
    bars = [line.get_xdata().tolist() for line in axes.lines if len(set(line.get_ydata())) == 1]
    assert bars == ([pytest.approx([0.6, 1.0]), pytest.approx([-1.1, -0.7])] if has_intervals else [])
