"""myFM's Gibbs sampler on the same features: seconds a sweep, or the error of as many draws as asked.

With --bags the users' and items' companions are relation blocks, as its own documentation builds SVD++: who rated an
item and what a user rated, in the training part, each row divided by the root of its length.
"""

import argparse
import time
from pathlib import Path
from statistics import median

import numpy as np
from myfm import MyFMRegressor, RelationBlock
from scipy import sparse

from benchmarks.contestants.contest import Table, answer, errors, read_split, seconds


def one_hot(table: Table) -> sparse.csr_matrix:
    columns = np.column_stack([table.user_idx, table.n_users + table.item_idx])
    n, width = len(table.values), table.n_users + table.n_items
    return sparse.csr_matrix((np.ones(2 * n), columns.ravel(), np.arange(0, 2 * n + 1, 2)), shape=(n, width))


class Bags:
    """A block for users and one for items: who it is, and beside it the bag."""

    def __init__(self, train: Table) -> None:
        pairs = sparse.csr_matrix(
            (np.ones(len(train.values)), (train.user_idx, train.item_idx)), shape=(train.n_users, train.n_items)
        )
        self.users, self.items = (_with_identity(side) for side in (pairs, pairs.T.tocsr()))

    def of(self, table: Table) -> list[RelationBlock]:
        return [RelationBlock(table.user_idx, self.users), RelationBlock(table.item_idx, self.items)]


def _with_identity(bags: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.diff(bags.indptr)
    root = sparse.diags(1 / np.sqrt(np.maximum(lengths, 1)))
    return sparse.csr_matrix(sparse.hstack([sparse.identity(len(lengths)), root @ bags], format="csr"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rank", type=int, required=True)
    parser.add_argument("--bags", action="store_true")
    parser.add_argument("--sweeps", type=int, default=4, help="to time")
    parser.add_argument("--draws", type=int, nargs=2, metavar=("BURN_IN", "KEPT"), help="judge these draws instead")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()

    train, test = read_split(asked.data)
    sizes, bags = [train.n_users, train.n_items], Bags(train) if asked.bags else None
    groups = [*sizes, *sizes[::-1]] if bags else sizes  # users and what they rated, items and who rated them
    told: list[float] = []

    def told_time(*_):
        told.append(time.perf_counter())
        return False, None

    def features(table: Table):
        return (None, bags.of(table)) if bags else (one_hot(table), [])

    model = MyFMRegressor(rank=asked.rank, random_seed=asked.seed)
    matrix, blocks = features(train)
    burn_in, kept = asked.draws or (asked.sweeps, 1)
    spent = seconds(
        lambda: model.fit(
            matrix, train.values.astype(float), X_rel=blocks, n_iter=burn_in + kept, n_kept_samples=kept,
            group_shapes=groups, callback=told_time,
        )
    )  # fmt: skip
    if asked.draws is None:
        answer(sweep=median(np.diff(told).tolist()))
        return
    matrix, blocks = features(test)
    answer(seconds=spent, **errors(model.predict(matrix, X_rel=blocks), test))


if __name__ == "__main__":
    main()
