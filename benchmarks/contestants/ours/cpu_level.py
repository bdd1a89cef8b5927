"""Sweeps over ml-1m and the lists of everybody, ours or by NumPy; a name on a line of input, its CPU seconds come back.

One process for all that a level of processors is asked, so that levels can take turns second by second.
"""

import sys
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

import cofactor as cf
from benchmarks.tables.posterior import sweep
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_products import pack_items, top_products

Work: TypeAlias = Callable[[], object]

FACTORS, RANK, N = 64, 32, 10
N_SWEEPS = 10  # of a chain
AT_ONCE = 500  # users of a block of scores, by NumPy
WEIGHT, RIDGE, NOISE = 0.1, 1.0, 1.0


def cpu_seconds(work: Work) -> float:
    """Of all threads: what others do on the machine lengthens it hardly at all."""
    started = time.process_time()
    work()
    return time.process_time() - started


def factors(ratings: cf.Ratings, k: int) -> tuple[Any, Any]:
    """Of three sweeps: enough that popular items stand out as they do in a real model."""
    model = cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=k, n_epochs=3).fit(ratings, progress=False)
    return model.user_factors_, model.item_factors_


# ---- ours -----------------------------------------------------------------------------------------------------


def our_works(ratings: cf.Ratings) -> dict[str, Callable[[], float]]:
    exact, scaled = sweep(ratings, FACTORS), sweep(ratings, FACTORS, solver="cg", n_steps=2)
    users, items = factors(ratings, FACTORS)
    part, catalogue = ratings.by_user, pack_items(items, None, users.mean(0))
    hidden = SeenItems(np.arange(ratings.n_users), part.indptr, part.indices)
    return {
        "sweep": lambda: cpu_seconds(exact),
        "cg": lambda: cpu_seconds(scaled),
        "gibbs": lambda: draws(ratings, bags=False),
        "bags": lambda: draws(ratings, bags=True),
        "topn": lambda: cpu_seconds(lambda: top_products(users, catalogue, N, hidden)),
    }


def draws(ratings: cf.Ratings, *, bags: bool) -> float:
    """A sweep of a chain, without what a fit does once."""
    options: dict[str, Any] = {
        "n_factors": RANK,
        "user_bag": bags,
        "item_bag": bags,
        "attributes": False,
        "row_noise": False,
    }

    def fit(n_burn_in: int) -> object:
        return cf.BayesianMF(n_burn_in=n_burn_in, n_draws=2, thin=1, **options).fit(ratings, progress=False)

    return (cpu_seconds(lambda: fit(1 + N_SWEEPS)) - cpu_seconds(lambda: fit(1))) / N_SWEEPS


# ---- the same by NumPy, a row at a time as the formulas say, or in blocks of scores -------------------------------


def numpy_works(ratings: cf.Ratings) -> dict[str, Callable[[], float]]:
    users, items = factors(ratings, FACTORS)
    few = factors(ratings, RANK + 1)  # a bias is one coordinate more
    return {
        "sweep": lambda: cpu_seconds(lambda: both_sides(ratings, users.copy(), items.copy(), solve)),
        "gibbs": lambda: cpu_seconds(lambda: both_sides(ratings, few[0].copy(), few[1].copy(), draw)),
        "topn": lambda: cpu_seconds(lambda: lists(ratings, users, items)),
    }


def both_sides(ratings: cf.Ratings, users: Any, items: Any, side: Callable[[Any, Any, Any], None]) -> None:
    side(ratings.by_user, users, items)
    side(ratings.by_item, items, users)


def solve(part: Any, rows: Any, others: Any) -> None:
    """rows ← (WEIGHT QᵀQ + RIDGE I + Σ q qᵀ)⁻¹ Σ q, implicit least squares."""
    prior = WEIGHT * others.T @ others + RIDGE * np.eye(rows.shape[1], dtype=np.float32)
    for row in range(len(rows)):
        met = others[part.indices[part.indptr[row] : part.indptr[row + 1]]]
        rows[row] = np.linalg.solve(prior + met.T @ met, met.sum(0))


def draw(part: Any, rows: Any, others: Any) -> None:
    """rows ← draws of N(A⁻¹ Σ v q, A⁻¹), A = RIDGE I + NOISE Σ q qᵀ = L Lᵀ."""
    prior, rng = RIDGE * np.eye(rows.shape[1], dtype=np.float32), np.random.default_rng(0)
    values = part.values
    for row in range(len(rows)):
        of_row = slice(part.indptr[row], part.indptr[row + 1])
        met = others[part.indices[of_row]]
        root = np.linalg.cholesky(prior + NOISE * met.T @ met)
        half = np.linalg.solve(root, NOISE * values[of_row] @ met) + rng.standard_normal(len(prior), np.float32)
        rows[row] = np.linalg.solve(root.T, half)


def lists(ratings: cf.Ratings, users: Any, items: Any) -> None:
    part = ratings.by_user
    for first in range(0, len(users), AT_ONCE):
        scores = users[first : first + AT_ONCE] @ items.T
        ends = part.indptr[first : first + len(scores) + 1]
        seen = np.repeat(np.arange(len(scores)), np.diff(ends))
        scores[seen, part.indices[ends[0] : ends[-1]]] = -np.inf
        best = np.argpartition(-scores, N, axis=1)[:, :N]
        np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1), axis=1), 1)


def main(who: str) -> None:
    works = {"cofactor": our_works, "numpy": numpy_works}[who](cf.load("ml-1m"))
    for work in works.values():
        work()  # warm
    print("ready", flush=True)
    for line in sys.stdin:
        print(works[line.strip()](), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
