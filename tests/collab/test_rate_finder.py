"""What the search for a learning rate suggests, records and draws."""

import pytest

from cofactor.collab import *
from cofactor.errors import BadOption

RATES = 10.0 ** np.arange(-6, 2)
LOSSES = np.array([5.0, 5.0, 4.8, 3.0, 2.0, 1.9, 4.0, 9.0])


def test_each_function_reads_the_curve_in_its_own_way():
    assert minimum(RATES, LOSSES, 100) == (pytest.approx(1e-2), (pytest.approx(1e-1), 1.9))
    assert steep(RATES, LOSSES, 100) == (pytest.approx(1e-4), (pytest.approx(1e-4), 4.8))
    assert valley(RATES, LOSSES, 100) == (pytest.approx(1e-5), (pytest.approx(1e-5), 5.0))


def test_the_interval_slides_down_until_the_slopes_are_alike():
    """They are -0.5 at places 3 and 5; the step before, the lower end was at place 4."""
    losses = np.array([5.0, 5.0, 5.0, 5.0, 4.0, 3.0, 3.0, 9.0])
    assert slide(RATES, losses, 100, lr_diff=2, thresh=0.6) == (pytest.approx(1e-2), (pytest.approx(1e-2), 4.0))
    assert slide(RATES, losses, 100, lr_diff=2, thresh=0.6, adjust_value=0.1)[0] == pytest.approx(1e-3)


def test_several_suggestions_come_by_their_names_and_are_all_on_the_plot(learn):
    found = learn.lr_find(suggest_funcs=(minimum, steep, valley, slide))
    assert found._fields == ("minimum", "steep", "valley", "slide")
    axes = plt.gcf().axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(found._fields)
    assert repr(found).startswith("SuggestedLRs(minimum=")


def test_one_suggestion_is_the_valley(learn):
    (rate,) = found = learn.lr_find(show_plot=False)
    assert rate == found.valley > 0


def test_a_function_of_ones_own_may_suggest(learn):
    def third(lrs, losses, num_it):
        return lrs[3], (lrs[3], losses[3])

    found = learn.lr_find(num_it=50, suggest_funcs=[third, partial(slide, lr_diff=3)], show_plot=False)
    assert found._fields == ("third", "slide")
    assert found.third == learn.recorder.lrs[50 // 10 + 3]


def test_the_search_is_recorded_until_training_comes(learn):
    learn.lr_find(start_lr=1e-5, num_it=20, show_plot=False)
    assert len(learn.recorder.lrs) == len(learn.recorder.losses) <= 20
    assert learn.recorder.lrs[0] == pytest.approx(1e-5)
    assert learn.recorder.plot_lr_find().axes[0].get_xscale() == "log"
    learn.fit(1, 1e-2)
    with pytest.raises(BadOption, match=r"lr_find\(\) first"):
        learn.recorder.plot_lr_find()


def test_the_search_leaves_the_optimisers_settings(learn):
    learn.fit(1, 1e-2, wd=0.3)
    before = learn.opt.hypers
    learn.lr_find(show_plot=False)
    assert learn.opt.hypers == before
