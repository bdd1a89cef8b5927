"""Matrix factorisation as one writes it in PyTorch on the first day: embeddings, biases, MSE, one optimiser.

Runs in the peer's environment, never imported by us. Trains on the beginning of a shuffled table for a
bounded time, and prints how many million ratings it takes in a second.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn, optim
from torch.nn.functional import mse_loss

OPTIMIZERS = {
    "adam": lambda net: optim.Adam(net.parameters(), 5e-3),
    "adam-fused": lambda net: optim.Adam(net.parameters(), 5e-3, fused=True),
    "adam-sparse": lambda net: optim.SparseAdam(list(net.parameters()), 5e-3),
    "sgd": lambda net: optim.SGD(net.parameters(), 1e-2),
    "sgd-fused": lambda net: optim.SGD(net.parameters(), 1e-2, fused=True),
    "sgd-sparse": lambda net: optim.SGD(net.parameters(), 1e-2),
}


class DotBias(nn.Module):
    def __init__(self, n_users: int, n_items: int, n_factors: int, *, sparse: bool) -> None:
        super().__init__()
        self.users, self.user_biases = (nn.Embedding(n_users, f, sparse=sparse) for f in (n_factors, 1))
        self.items, self.item_biases = (nn.Embedding(n_items, f, sparse=sparse) for f in (n_factors, 1))
        for table in (self.users, self.user_biases, self.items, self.item_biases):
            nn.init.normal_(table.weight, std=0.01)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        dot = (self.users(users) * self.items(items)).sum(1)
        return dot + self.user_biases(users).squeeze(1) + self.item_biases(items).squeeze(1)


def train(net: DotBias, optimizer: optim.Optimizer, table: list[Tensor], batch_size: int, limit: float) -> float:
    """Seconds a rating, over whole batches until `limit` seconds or one epoch are over."""
    order = torch.randperm(len(table[0]))
    started, spent, n_done = time.perf_counter(), 0.0, 0
    for batch in order.split(batch_size):
        users, items, values = (column[batch] for column in table)
        optimizer.zero_grad()
        mse_loss(net(users, items), values).backward()
        optimizer.step()
        n_done += len(batch)
        if (spent := time.perf_counter() - started) > limit:
            break
    return spent / n_done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help=".npz of user_idx, item_idx and values")
    parser.add_argument("--n-factors", type=int, default=64)
    parser.add_argument("--optimizer", choices=OPTIMIZERS, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--limit", type=float, default=4, help="seconds (default: %(default)s)")
    asked = parser.parse_args()

    data = np.load(asked.data)
    users, items = (torch.from_numpy(data[column].astype(np.int64)) for column in ("user_idx", "item_idx"))
    values = torch.from_numpy(data["values"])
    torch.manual_seed(0)
    sparse = asked.optimizer.endswith("-sparse")
    net = DotBias(int(users.max()) + 1, int(items.max()) + 1, asked.n_factors, sparse=sparse)
    optimizer = OPTIMIZERS[asked.optimizer](net)
    table = [users, items, values - values.mean()]
    train(net, optimizer, table, asked.batch_size, limit=0.5)  # first steps allocate
    seconds = train(net, optimizer, table, asked.batch_size, asked.limit)
    print(json.dumps({"million_ratings_per_s": 1e-6 / seconds}))


if __name__ == "__main__":
    main()
