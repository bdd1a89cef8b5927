"""The division of ratings into the batches of an epoch."""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import IntArray

__all__ = ["Batches"]


@dataclass(frozen=True)
class Batches:
    """Batches of row numbers: in each epoch every row once, in an order that depends on seed and epoch alone."""

    n_rows: int
    size: int
    seed: int
    drop_last: bool = False  # leave out the last batch where it would be short
    shuffle: bool = True  # False: the rows' own order, in every epoch

    @property
    def n_steps(self) -> int:
        """The number of batches in an epoch."""
        return self.n_rows // self.size if self.drop_last else -(-self.n_rows // self.size)

    def of(self, epoch: int) -> IntArray:
        """The batches of an epoch: (n_steps, size) int32 row numbers, -1 behind the end of a short last batch."""
        order = np.arange(self.n_rows, dtype=np.int32)
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(self.n_rows).astype(np.int32)
        filled = np.full(self.n_steps * self.size, -1, np.int32)
        filled[: len(order)] = order[: len(filled)]
        return filled.reshape(self.n_steps, self.size)
