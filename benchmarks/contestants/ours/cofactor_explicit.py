"""Our matrix factorisation by alternating least squares, timed from the bare columns to the fitted model."""

import cofactor as cf
from benchmarks.contestants import explicit_race
from benchmarks.contestants.contest import Table
from benchmarks.contestants.ours.as_ratings import as_ratings


def fit(train: Table, n_epochs: int):
    # new `Ratings` each time: laying them out by user and by item is part of what is timed
    model = cf.ExplicitALS(n_factors=50, n_epochs=n_epochs).fit(as_ratings(train), progress=False)
    return lambda: model.predict


if __name__ == "__main__":
    explicit_race.main(lambda train: train, fit)
