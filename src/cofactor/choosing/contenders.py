"""Which models are worth a trial on these data, and about how long each takes to fit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cofactor.data.ratings import Ratings
from cofactor.memory import free_gb
from cofactor.models._implicit_choice import MAX_USERS, N_EPOCHS
from cofactor.models.ease import EASE
from cofactor.models.graph_filter import DENSE_SHARE, FEW_ROWS, GraphFilter
from cofactor.models.implicit_mf import ImplicitMF
from cofactor.models.sparse_ease import SparseEASE
from cofactor.recommender import Recommender

__all__ = ["Contender", "fits_in_memory", "rankers"]

MEMORY_SHARE = 0.5  # of what is free, that the largest arrays of a model may take
RATE = 5e10  # multiplications a second in dense products, by two cores of 2020; a trial tells how far off that is
SPARSE_RATE = 0.01  # multiplications of products of two sparse matrices in the time of one of dense ones
HALF_SPARSE_RATE = 0.1  # of a sparse and a dense one, likewise
ITEM_WEIGHTS_RATE = 0.1  # of solving for neighbours' weights, likewise
N_RANKED = 1_000  # users whose lists a trial ranks, about


def fits_in_memory(model: Recommender, train: Ratings) -> bool:
    """True where learning from these ratings takes no more than its share of the memory that is free."""
    return model.needed_gb(train) <= MEMORY_SHARE * free_gb()


@dataclass(frozen=True)
class Contender:
    """A model that may be tried, and the seconds that fitting it takes about, ranking included."""

    label: str
    model: Recommender
    seconds: float


def rankers(train: Ratings) -> Iterator[Contender]:
    """Models of lists in the order in which they are tried; those whose arrays do not fit into memory are left out."""
    nnz, users, items = float(len(train)), float(train.n_users), float(train.n_items)
    per_user, per_item = nnz / max(users, 1), _size_biased(train)
    of_values = [("EASE of values", EASE(use_values=True), _ease_products(users, items))]
    for label, model, products in (
        ("EASE", EASE(), _ease_products(users, items)),
        *(of_values if train.kind == "counts" else ()),
        ("GraphFilter", GraphFilter(), _graph_products(nnz, users, items, per_user, per_item)),
        ("ImplicitMF", ImplicitMF(), (16 + 7 * N_EPOCHS * min(1, MAX_USERS / max(users, 1))) * nnz * 64**2),
        ("SparseEASE", SparseEASE(), items * min(200.0, items) ** 3 / 3 / ITEM_WEIGHTS_RATE),
    ):
        if fits_in_memory(model, train):
            yield Contender(label, model, products / RATE)


def _ease_products(users: float, items: float) -> float:
    return 2 * (users * items**2 if 2 * users < items else items**3)


def _graph_products(nnz: float, users: float, items: float, per_user: float, per_item: float) -> float:
    by_users = 10 * users**3  # the vectors of the users' Gram matrix
    by_rounds = 18 * 276 * nnz / HALF_SPARSE_RATE + 16 * 276**2 * items  # products with the table, orthogonal bases
    reached = min(users, per_user * per_item)
    spread = nnz / HALF_SPARSE_RATE if reached > DENSE_SHARE * users else reached * per_user / SPARSE_RATE
    ranked = min(users, N_RANKED) * (per_user * per_item / SPARSE_RATE + spread)
    return (by_users if users <= min(items, FEW_ROWS) else by_rounds) + ranked


def _size_biased(train: Ratings) -> float:
    """How many users the item of a rating has, on average over the ratings."""
    counts = train.item_counts.astype(np.float64)
    return float(np.square(counts).sum() / max(counts.sum(), 1))
