"""Lists as one writes them with an array library: the product of a block of users, seen items hidden, the best taken.

--how product is the product alone, with nothing hidden and nothing chosen: the limit of everybody who takes it from
OpenBLAS.
"""

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks.contestants import topn_race

BLOCK = 1000
N = topn_race.N

parser = topn_race.parser()
parser.add_argument("--how", choices=("numpy", "torch", "product"), required=True)
asked = parser.parse_args()
table, users, items = topn_race.given(asked)
seen = csr_matrix((np.ones(len(table.values), bool), (table.user_idx, table.item_idx)))
turned = np.ascontiguousarray(items.T)


def hidden(start: int, end: int):
    indptr = seen.indptr[start : end + 1]
    return np.repeat(np.arange(end - start), np.diff(indptr)), seen.indices[indptr[0] : indptr[-1]]


def with_numpy(start: int, end: int):
    scores = users[start:end] @ turned
    scores[hidden(start, end)] = -np.inf
    best = np.argpartition(scores, -N, axis=1)[:, -N:]
    return -np.sort(-np.take_along_axis(scores, best, axis=1), axis=1)


def with_torch(start: int, end: int):
    import torch

    scores = torch.from_numpy(users[start:end]) @ torch.from_numpy(turned)
    rows, columns = hidden(start, end)
    scores[torch.from_numpy(rows), torch.from_numpy(columns.astype(np.int64))] = -torch.inf
    return torch.topk(scores, N, dim=1).values.numpy()


def product(start: int, end: int):
    return (users[start:end] @ turned)[:, :N]


way = {"numpy": with_numpy, "torch": with_torch, "product": product}[asked.how]
topn_race.run(
    asked, lambda who: np.concatenate([way(at, min(at + BLOCK, len(who))) for at in range(0, len(who), BLOCK)])
)
