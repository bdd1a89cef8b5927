"""How many shards a table is cut into, and how many of them are summed as one bundle."""

from numbers import Integral
from typing import NamedTuple

from cofactor.errors import BadOption

__all__ = ["IN_BUNDLE", "ShardCounts"]

MAX_SHARDS = 1 << 12
IN_BUNDLE = 16  # shards, where no number of bundles is asked for


class ShardCounts(NamedTuple):
    """The numbers that are asked for; None: as memory asks, and bundles of 16 shards."""

    n_shards: int | None = None
    n_bundles: int | None = None

    def check(self) -> None:
        """Raise `BadOption` for numbers out of range, and for bundles that would differ in size."""
        for name, counts in (("n_shards", "files"), ("n_bundles", "bundles of files")):
            n = getattr(self, name)
            if n is not None and not (isinstance(n, Integral) and 1 <= int(n) <= MAX_SHARDS):
                raise BadOption(f"{name} counts {counts}, 1 to {MAX_SHARDS:,}, but {n!r} came.")
        if self.n_shards is not None:
            self.in_bundle(self.n_shards)

    def shards_for(self, n_rows: int, rows_a_shard: int, most: int = MAX_SHARDS) -> int:
        """The number of shards: what is asked for, or what rows need, as a multiple of the bundles; at most `most`.

        >>> ShardCounts().shards_for(1_000, 300), ShardCounts(n_bundles=3).shards_for(1_000, 300)
        (4, 6)
        """
        n_bundles = self.n_bundles or 1
        needed = self.n_shards or -(-max(n_rows, 1) // (rows_a_shard * n_bundles)) * n_bundles
        return needed if needed <= most else max(1, most // n_bundles) * n_bundles

    def in_bundle(self, n_shards: int) -> int:
        """The number of shards in a bundle. Raises `BadOption` where bundles would differ in size."""
        if self.n_bundles is None:
            return IN_BUNDLE
        if n_shards % self.n_bundles:
            raise BadOption(
                f"{n_shards} shards make no {self.n_bundles} bundles of one size. Give n_shards as a multiple of "
                "n_bundles, or one of the two alone."
            )
        return n_shards // self.n_bundles
