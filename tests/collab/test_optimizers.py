"""Which optimiser trains, and how it is set."""

import pytest

from cofactor.collab import *
from cofactor.errors import BadOption, Unsupported


def trained(dls, opt_func, **options):
    set_seed(0)
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), opt_func=opt_func)
    learn.fit(3, **({"lr": 0.1} | options))
    return learn


def test_gradient_descent_trains_too(dls):
    before = collab_learner(dls, n_factors=4, y_range=(0, 5.5)).validate(ds_idx=0)[0]
    assert trained(dls, partial(SGD, mom=0.9)).validate(ds_idx=0)[0] < before - 0.01


def test_stock_adam_is_fused_and_any_other_is_not(dls):
    kinds = [type(trained(dls, one)._engine[1]).__name__ for one in (Adam, partial(Adam), partial(Adam, eps=1e-3), SGD)]
    assert kinds == ["FusedAdam", "FusedAdam", "BatchwiseEngine", "BatchwiseEngine"]


def test_other_defaults_count(dls):
    rows = [trained(dls, one).recorder.values for one in (Adam, partial(Adam, sqr_mom=0.5), partial(Adam, wd=0.9))]
    assert rows[0] != rows[1] != rows[2] != rows[0]


def test_one_step_of_gradient_descent_decays_apart_from_its_momentum():
    weight = nn.Parameter(torch.tensor([1.0]))
    optimizer = SGD([weight], lr=0.1, mom=0.5, wd=0.2)
    for _ in range(2):
        optimizer.zero_grad()
        (2 * weight).sum().backward()
        optimizer.step()
    first = 1 * (1 - 0.1 * 0.2) - 0.1 * 2
    assert float(weight.detach()) == pytest.approx(first * (1 - 0.1 * 0.2) - 0.1 * (0.5 * 2 + 2))


def test_hyperparameters_have_the_courses_names():
    weight = nn.Parameter(torch.zeros(1))
    adam, sgd = Adam([weight]), SGD([weight], mom=0.9)
    assert adam.hypers == [{"lr": 1e-3, "wd": 0.01, "eps": 1e-5, "mom": 0.9, "sqr_mom": 0.99}]
    assert sgd.hypers == [{"lr": 1e-3, "wd": 0.0, "mom": 0.9}]
    adam.set_hypers(lr=0.5, mom=0.8)
    assert (adam.hypers[0]["lr"], adam.hypers[0]["mom"], adam.hypers[0]["sqr_mom"]) == (0.5, 0.8, 0.99)
    with pytest.raises(BadOption, match="'eps' is no hyperparameter of SGD. It has lr, wd, mom"):
        sgd.set_hyper("eps", 1.0)


def test_momentum_is_not_begun_by_a_schedule(dls):
    learn = collab_learner(dls, n_factors=4, opt_func=SGD)
    learn.fit_one_cycle(1, 1e-2)
    assert learn.opt.hypers[0]["mom"] == 0.0


def test_a_new_optimiser_remembers_nothing(learn):
    learn.fit(1, 1e-2)
    before = learn.opt
    assert learn.create_opt() is learn.opt is not before


@pytest.mark.parametrize("opt_func", [torch.optim.SGD, partial(torch.optim.Adam, eps=1), "sgd"])
def test_other_libraries_optimisers_are_refused(dls, opt_func):
    with pytest.raises(Unsupported, match=r"Adam or SGD of cofactor\.collab"):
        collab_learner(dls, opt_func=opt_func)
