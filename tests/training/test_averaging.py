"""The mean of the last parameters, over an engine whose every step is known."""

from typing import NamedTuple

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.training.averaging import Averaging
from cofactor.training.schedule import constant
from small_tables import random_ratings


class Line(NamedTuple):
    """A number for everybody, and beside it, in a tuple of its own, one that takes no part."""

    level: np.ndarray
    rest: tuple[np.ndarray, int]

    def scores(self, user_idx, item_idx, y_range):
        return np.repeat(self.level, len(user_idx))


class Walk:
    """After n steps its level is n."""

    n_steps = 4

    def __init__(self):
        self.level = np.zeros(1, np.float32)

    @property
    def line(self):
        return Line(self.level, (-self.level, 7))

    def begin(self, schedule, weight_decay):
        pass

    def run(self, epoch, start, end):
        self.level += end - start
        return np.zeros(end - start, np.float32)

    def predict(self, user_idx, item_idx):
        return self.line.scores(user_idx, item_idx, None)

    def state(self):
        return {"level": self.level.copy()}

    def restore(self, state):
        self.level[:] = state["level"]


def walked(share: float, n_epochs: int = 2) -> Averaging[Line]:
    walk = Walk()
    averaging = Averaging(walk, lambda: walk.line, share)
    averaging.begin(constant(2 * walk.n_steps, 0.1), 0.0)
    for epoch in range(n_epochs):
        for start in range(walk.n_steps):
            averaging.run(epoch, start, start + 1)
    return averaging


def test_it_is_the_mean_over_the_end_of_the_schedule():
    level, (opposite, kept) = walked(0.5).parameters
    assert level.tolist() == [np.mean([5, 6, 7, 8])]
    assert (opposite.tolist(), kept) == ([-6.5], 7)


def test_without_a_share_it_is_the_last_one():
    assert walked(0.0).parameters.level.tolist() == [8]


def test_it_answers_with_the_mean_once_there_is_one():
    pair = np.zeros(1, np.int32), np.zeros(1, np.int32)
    assert walked(0.5, n_epochs=1).predict(*pair) == 4  # half of the schedule, and no mean yet
    assert walked(0.5).predict(*pair) == 6.5


def test_a_restored_one_goes_on_with_its_mean():
    first, second = walked(0.75, n_epochs=1), walked(0.75, n_epochs=0)
    second.restore(first.state())
    for averaging in (first, second):
        averaging.run(1, 0, 4)
    assert first.parameters.level == second.parameters.level == np.mean([3, 4, 8])


def test_a_new_schedule_begins_a_new_mean():
    averaging = walked(0.5)
    averaging.begin(constant(4, 0.1), 0.0)
    averaging.run(0, 0, 4)
    assert averaging.parameters.level.tolist() == [12]


def test_what_is_held_out_lies_nearer_to_the_mean_of_a_net():
    split = cf.split(cf.load("tastes"), test=0.2, seed=0)
    model, last = (cf.NeuralCF(y_range=(0, 5.5), **averaged) for averaged in ({}, {"averaged": 0.0}))
    for one in (model, last):
        one.fit(split.train, validation=split.test, progress=False)
    assert model.history_[-1].valid_loss < last.history_[-1].valid_loss - 0.001


def test_a_share_beyond_the_whole_is_refused():
    with pytest.raises(BadOption, match="below 1, but 1.0 came"):
        cf.NeuralCF(averaged=1).fit(random_ratings(5, 5, 20))
    with pytest.raises(BadOption, match="solver='adam' only"):
        cf.MatrixFactorization(solver="sgd", averaged=0.5).fit(random_ratings(5, 5, 20))
