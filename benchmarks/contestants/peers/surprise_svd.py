"""Surprise's SVD: biases and factors by stochastic gradient descent, its defaults but for the number of factors."""

import numpy as np
from surprise import SVD

from benchmarks.contestants import explicit_race
from benchmarks.contestants.peers.surprise_table import trainset


def fit(train, n_epochs):
    model = SVD(n_factors=50, n_epochs=n_epochs, random_state=0).fit(train)
    return lambda: predictor(model)


def predictor(model):
    """All pairs at once, which its own `predict` does one by one."""
    known = np.array([len(model.trainset.ir[item]) > 0 for item in range(model.trainset.n_items)])
    items = np.where(known[:, None], model.qi, 0)  # never trained: nothing but their random start
    return lambda user_idx, item_idx: (
        model.trainset.global_mean + model.bu[user_idx] + model.bi[item_idx]
        + np.einsum("nf,nf->n", model.pu[user_idx], items[item_idx])
    )  # fmt: skip


if __name__ == "__main__":
    explicit_race.main(trainset, fit)
