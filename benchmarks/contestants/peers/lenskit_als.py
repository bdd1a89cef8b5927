"""LensKit's BiasedMF: a bias model first, then alternating least squares on what it leaves; its defaults."""

import numpy as np
import pandas as pd
from lenskit.als import BiasedMFScorer
from lenskit.data import from_interactions_df
from lenskit.training import TrainingOptions

from benchmarks.contestants import explicit_race


def dataset(train):
    columns = {"user_id": train.user_idx, "item_id": train.item_idx, "rating": train.values}
    return from_interactions_df(pd.DataFrame(columns))


def fit(train, n_epochs):
    model = BiasedMFScorer(embedding_size=50, epochs=n_epochs)
    model.train(train, TrainingOptions(rng=0))
    return lambda: predictor(model)


def predictor(model):
    """All pairs at once, from what it learned; 0 for who is not in the training part."""
    sides = (model.users, model.user_embeddings, model.bias.user_biases), (
        model.items, model.item_embeddings, model.bias.item_biases,
    )  # fmt: skip

    def rows(side, ids):
        vocabulary, factors, biases = side
        at = vocabulary.numbers(ids, missing="negative")
        known = at >= 0
        return np.where(known[:, None], factors[at], 0), np.where(known, biases[at], 0)

    def predict(user_idx, item_idx):
        (p, b), (q, c) = rows(sides[0], user_idx), rows(sides[1], item_idx)
        return model.bias.global_bias + b + c + np.einsum("nf,nf->n", p, q)

    return predict


if __name__ == "__main__":
    explicit_race.main(dataset, fit)
