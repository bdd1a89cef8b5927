"""The sums that a running sweep has joined so far, in a file beside its checkpoint: a kill costs a bundle, not a sweep.

    NAME.sweep-2.bundles-5.HASH.sums      the first five bundles of the third sweep; NAME is that of the checkpoint

The hash is that of the items and of all that another training must share to go on from the checkpoint, the data among
it; so what is read belongs to the pass that reads it. Bundles are joined in their order, so one file has all that are
done: there are never more than two, the newer one being written, whatever the number of bundles. The next sweep, which
begins when the checkpoint of this one is written, removes them.
"""

import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cofactor import log
from cofactor.arrays import Array
from cofactor.errors import BadCheckpoint
from cofactor.scale.fitting.pass_sums import PassSums
from cofactor.training.checkpoint import load_checkpoint, save_checkpoint, state_sha256, wrong_with_state

__all__ = ["KeptSums"]

CHEAP = 0.1  # seconds that writing may always take
MOST_OF_TIME = 0.1  # the share of a sweep's time that writing may take otherwise


class KeptSums:
    """The file of one fit, which changes with the sweep; `begin` comes first."""

    def __init__(self, checkpoint: Path, identity: Mapping[str, Any]) -> None:
        """identity: what another training must share to go on from this one's checkpoint, and how shards are bundled"""
        self._checkpoint, self._identity = checkpoint, dict(identity)
        self._stem, self._took, self._last = "", 0.0, 0.0

    def begin(self, sweep: int, state: Mapping[str, Array], sums: PassSums) -> list[float]:
        """Begin a sweep from this state: the losses of the bundles that `sums` then has; none where nothing is kept.

        sums: of no bundles. Raises `BadCheckpoint` where the disk has no room for what will be kept.
        """
        digest = state_sha256(state, {"run": json.dumps(self._identity, sort_keys=True, default=str)})
        self._stem, self._last = f"{self._checkpoint.name}.sweep-{sweep}", time.monotonic()
        self._hash = digest[:16]
        losses = self._read(sums)
        self._check_room(sums)
        return losses

    def keep(self, sums: PassSums, losses: Sequence[float]) -> None:
        """Keep the sums of so many bundles as there are losses, unless writing them takes too much of the time.

        Raises `BadCheckpoint` where they cannot be written.
        """
        began = time.monotonic()
        if self._took > max(CHEAP, MOST_OF_TIME * (began - self._last)):
            return
        file = self._checkpoint.with_name(f"{self._stem}.bundles-{len(losses)}.{self._hash}.sums")
        save_checkpoint(file, sums.state() | {"losses": np.array(losses)}, len(losses), self._identity)
        self._remove_all_but(file)
        self._last = time.monotonic()
        self._took = self._last - began

    def remove(self) -> None:
        """Remove what is kept: the checkpoint of the sweep is written."""
        self._remove_all_but(None)

    def _read(self, sums: PassSums) -> list[float]:
        """Restore the sums from the newest file of this pass, and remove the others."""
        ours = re.compile(re.escape(self._stem) + rf"\.bundles-(\d+)\.{self._hash}\.sums")
        of_pass = {int(found[1]): file for file in self._files() if (found := ours.fullmatch(file.name))}
        n_done = max(of_pass, default=0)
        self._remove_all_but(of_pass.get(n_done))
        if not n_done:
            return []
        try:
            found = load_checkpoint(of_pass[n_done], self._identity)
            assert found is not None, "it was there"
            losses, state = found[0].pop("losses"), found[0]
            wrong = wrong_with_state(state, sums.state(), n_done)
            if wrong or losses.shape != (n_done,):
                raise BadCheckpoint(f"{of_pass[n_done]} does not hold the sums of {n_done} bundles: {wrong}")
        except (BadCheckpoint, LookupError) as error:  # nothing is lost but time
            log.info("the sweep begins anew: %s", error)
            return []
        sums.restore(state)
        log.info("the sweep goes on behind bundle %s, from %s", n_done, of_pass[n_done])
        return losses.tolist()

    def _check_room(self, sums: PassSums) -> None:
        """Raise `BadCheckpoint` where the disk has no room for two files."""
        folder = self._checkpoint.absolute().parent
        folder.mkdir(parents=True, exist_ok=True)
        n_bytes = 2 * sum(array.nbytes for array in sums.state().values())
        there = sum(file.stat().st_size for file in self._files())
        free = shutil.disk_usage(folder).free
        if n_bytes > free + there:
            raise BadCheckpoint(
                f"The sums of a running sweep are kept beside {self._checkpoint}, which takes {n_bytes / 1e9:.2f} GB, "
                f"but {free / 1e9:.2f} GB are free. Make room, choose another path, or leave the checkpoint out."
            )

    def _files(self) -> Iterator[Path]:
        """What was written for sweeps of this fit, also by those who were killed while they wrote."""
        ours = re.compile(re.escape(self._checkpoint.name) + r"\.sweep-\d+\.bundles-\d+\.[0-9a-f]{16}\.sums(\.part)?")
        folder = self._checkpoint.absolute().parent
        return (file for file in folder.glob("*.sums*") if ours.fullmatch(file.name)) if folder.is_dir() else iter(())

    def _remove_all_but(self, kept: Path | None) -> None:
        for file in list(self._files()):
            if kept is None or file.name != kept.name:
                file.unlink(missing_ok=True)
