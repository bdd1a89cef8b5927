"""The shared table as Surprise holds it."""

from collections import defaultdict

from surprise import Trainset

from benchmarks.contestants.contest import Table


def trainset(table: Table) -> Trainset:
    by_user, by_item = defaultdict(list), defaultdict(list)
    for user, item, value in zip(table.user_idx.tolist(), table.item_idx.tolist(), table.values.tolist(), strict=True):
        by_user[user].append((item, value))
        by_item[item].append((user, value))
    scale = float(table.values.min()), float(table.values.max())
    numbers = [{at: at for at in range(n)} for n in (table.n_users, table.n_items)]
    return Trainset(by_user, by_item, table.n_users, table.n_items, len(table.values), scale, *numbers)
