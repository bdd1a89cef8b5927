import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402

from cofactor import plots  # noqa: E402


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_losses_show_every_step_and_every_epoch():
    axes = plots.losses([3.0, 2.0, 1.5, 1.2], [2.1, 1.6], steps_per_epoch=2).axes[0]
    train, held_out = axes.lines
    assert train.get_ydata().tolist() == [3.0, 2.0, 1.5, 1.2]
    assert held_out.get_xdata().tolist() == [2, 4]


def test_the_finders_curve_marks_its_suggestion():
    axes = plots.lr_curve(np.array([1e-3, 1e-2, 1e-1]), np.array([3.0, 1.0, 2.0]), {"": 1e-2}).axes[0]
    assert axes.get_xscale() == "log"
    assert axes.texts[0].get_text() == "0.01"


def test_a_histogram_has_a_bar_for_each_rating():
    heights = [bar.get_height() for bar in plots.histogram([1, 2, 3], [5, 7, 9]).axes[0].patches]
    assert heights == [5, 7, 9]


def test_the_map_names_who_is_shown():
    axes = plots.latent_map(np.eye(2), ["left", "right"], shown=[1]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["right"]
