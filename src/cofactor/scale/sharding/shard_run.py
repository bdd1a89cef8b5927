"""One run of sharding a table, in the memory that it may use; an interrupted one goes on.

table -> blocks of usable rows -> files by ranges of keys -> each range by user, each pair once -> shards -> manifest
"""

import errno
import shutil
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from itertools import pairwise
from numbers import Real
from pathlib import Path
from typing import Any

from cofactor.addresses import local_folder
from cofactor.arrays import FloatArray
from cofactor.data.block_reading import WRITE_LONG
from cofactor.data.formats.block_table import BlockSizes
from cofactor.data.options import Options
from cofactor.data.report import Finding, Report
from cofactor.data.rows.indexed_rows import KEPT, REPEATED, one_only
from cofactor.errors import BadOption, BadShards, BadTable, NotSaved, counted
from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.ratings.layout import MAX_LEVELS
from cofactor.log import info
from cofactor.memory import refuse_beyond
from cofactor.replacing import lock
from cofactor.run.interrupt import goes_on_later
from cofactor.run.work_bar import WorkBar
from cofactor.scale.sharding.shard_rows import BYTES_A_ROW, MadeShard, make_shard, merged_levels, policy_of
from cofactor.scale.sharding.shard_sources import folder_name, rows_in, sources_of, state_of
from cofactor.scale.sharding.shard_state import ShardState
from cofactor.scale.sharding.source_pass import SourcePass, SpillPlan, pass_over
from cofactor.scale.sharding.spill import ROWS_A_SLOT, SpillFacts, read_slot, spill_file
from cofactor.scale.table.folder import Shards
from cofactor.scale.table.shard_counts import ShardCounts
from cofactor.scale.table.shard_file import ShardFacts
from cofactor.scale.table.writing import ShardWriter, prepare_folder

__all__ = ["shard_source"]

LEAST_GB = 0.1
MAX_BLOCK_BYTES, MAX_BLOCK_ROWS, MAX_BATCH_ROWS = 1 << 23, 1 << 21, 1 << 20
FINER = 2  # bits: so many more of a key tell files apart than the shards that are expected would need
LEAST_BITS, UNKNOWN_BITS, MOST_BITS = 4, 10, 12
ROWS_AT_ONCE = 1 << 18  # that are sorted together; they stay in the processor's cache
ONE_SHARD = 0.14  # of the memory, for the rows that a shard is made of; who learns from shards holds two of them
SPILLED_ROW = 28  # bytes on disk, about, of a row and its rating in a shard


def shard_source(
    source: Any, out: str | Path, options: Options, *, memory_gb: float, counts: ShardCounts, progress: bool | None
) -> Shards:
    """Write the table that `source` holds to shards in `out`, and return them; `cofactor.shard` with its options.

    Raises `BadTable`, `BadOption`, `NotSaved` and `BadShards` as that does.
    """
    _check(options, memory_gb)
    counts.check()
    folder = local_folder(out, "Shards")
    with _alone_in(folder), WorkBar(progress) as bar:
        shards = _Sharding(source, folder, options, memory_gb, counts).run(bar)
    info("sharded %s: %s kept, in %s", shards.catalogue.name, len(shards), counted(len(shards.parts), "file"))
    return shards


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """The folder, made and locked: of two runs that share a state each would destroy what the other one wrote.

    Raises `BadOption` where another process shards to it, and what `prepare_folder` does.
    """
    prepare_folder(folder)
    with lock(folder) as is_ours:
        if is_ours is False:
            raise BadOption(f"Another process is sharding a table to {folder}. Wait for it, or name another folder.")
        prepare_folder(folder)  # once more: another one may have finished before the lock was ours
        yield


def _check(options: Options, memory_gb: float) -> None:
    if not isinstance(memory_gb, Real):
        raise BadOption(f"memory_gb={memory_gb!r} is of type {type(memory_gb).__name__}. Give a number, such as 4.")
    if not memory_gb >= LEAST_GB:
        raise BadOption(f"memory_gb={memory_gb} is too little to shard a table in. Give {LEAST_GB} GB or more.")
    if options.wide:
        raise BadOption(f"Shards are made of a row a rating, which a wide table has not. {WRITE_LONG}")
    if options.users is not None:
        raise BadOption("Shards keep no attributes of users. Leave users out; those of items come by items=….")


class _Sharding:
    """One run: the plan that memory allows, and the state that it goes on from."""

    def __init__(self, source: Any, out: Path, options: Options, memory_gb: float, counts: ShardCounts) -> None:
        self._sources, self._out = sources_of(source), out
        self._options = replace(options, name=options.name or folder_name(source))
        self._memory_gb, self._counts = memory_gb, counts
        self._state = ShardState(out, state_of(source, self._sources, self._options))

    def run(self, bar: WorkBar) -> Shards:
        passed = self._state.finished_pass() or self._pass(bar)
        n_rows = sum(passed.spill.counts)
        kept = goes_on_later() if self._state.is_resumable else nullcontext()
        with _room_for(self._out, n_rows * SPILLED_ROW), kept:
            levels, n_shards, parts = self._begun(passed, n_rows)
            in_bundle = self._counts.in_bundle(n_shards)
            writer = ShardWriter(self._out, passed.catalogue, levels, written=parts)
            self._write(writer, passed, levels, n_shards, bar)
            report = self._report(passed, writer.parts)
            shards = writer.finish(report, in_bundle)
        self._state.remove()
        return shards

    def _pass(self, bar: WorkBar) -> SourcePass:
        try:
            plan = self._plan()
            n_bytes = (plan.n_rows or 0) * SPILLED_ROW
            _refuse_full(self._out, n_bytes)
            with _room_for(self._out, n_bytes):
                passed = pass_over(self._sources, self._options, plan, self._state.folder, bar)
                self._state.keep_pass(passed)
        except (BadTable, NotSaved):  # half a pass is nothing to go on from, and its room is wanted
            self._state.remove()
            with suppress(OSError):  # shards stand there
                self._out.rmdir()
            raise
        return passed

    def _plan(self) -> SpillPlan:
        memory = self._memory_gb * 1e9
        sizes = BlockSizes(int(min(MAX_BLOCK_BYTES, memory / 64)), int(min(MAX_BLOCK_ROWS, memory / 2000)))
        n_rows = rows_in(self._sources, self._options, sizes)
        expected = self._counts.shards_for(n_rows or 0, self._rows_a_shard)
        n_cut_bits = max((expected - 1).bit_length() + FINER, LEAST_BITS if n_rows is not None else UNKNOWN_BITS)
        n_cut_bits, n_batch = min(n_cut_bits, MOST_BITS), int(min(MAX_BATCH_ROWS, memory / 1000))
        n_bits = min(((n_rows or 0) // ROWS_AT_ONCE).bit_length(), (n_batch // ROWS_A_SLOT).bit_length() - 1)
        return SpillPlan(sizes, n_batch, max(n_bits, n_cut_bits), n_cut_bits, n_rows)

    @property
    def _rows_a_shard(self) -> int:
        return int(ONE_SHARD * self._memory_gb * 1e9 / BYTES_A_ROW)

    def _begun(self, passed: SourcePass, n_rows: int) -> tuple[FloatArray, int, list[ShardFacts]]:
        """The different values, the number of shards, and those that an interrupted run has written."""
        begun = self._state.done()
        if begun is not None and self._counts.n_shards not in (None, begun[1]):
            raise BadOption(
                f"An interrupted run has written shards to {self._out} for n_shards={begun[1]}, but "
                f"{self._counts.n_shards} came. Leave it out to go on, or remove the folder."
            )
        if begun is not None:
            return begun
        n_shards = self._counts.shards_for(n_rows, self._rows_a_shard, 1 << passed.spill.n_cut_bits)
        self._refuse_too_large(passed, n_shards)
        levels = self._levels(passed, n_shards)
        self._state.keep_done(levels, n_shards, [])
        return levels, n_shards, []

    def _refuse_too_large(self, passed: SourcePass, n_shards: int) -> None:
        groups = _slots_of_shards(passed.spill, n_shards)
        largest = max(sum(passed.spill.counts[group.start : group.stop]) for group in groups)
        what = f"The largest of {counted(n_shards, 'shard')}, of {largest:,} rows,"
        mend = "Raise memory_gb, or n_shards; what was read is kept, and the next run goes on."
        refuse_beyond(largest * BYTES_A_ROW / 1e9, self._memory_gb, what, mend)

    def _levels(self, passed: SourcePass, n_shards: int) -> FloatArray:
        """Sums, means and aged values are others than those that were read, so they are made once to be known."""
        policy = policy_of(self._options, passed.catalogue.kind)
        if policy in ("last", "error") and self._options.half_life is None:
            return passed.levels
        levels = NO_NUMBERS
        for slot in range(len(passed.spill.counts)):
            rows = read_slot(self._state.folder, passed.spill, slot)
            levels = merged_levels(rows, passed, self._options, levels)
            if len(levels) > MAX_LEVELS:
                return NO_NUMBERS
        return levels

    def _write(self, writer: ShardWriter, passed: SourcePass, levels: FloatArray, n_shards: int, bar: WorkBar) -> None:
        groups, found = _slots_of_shards(passed.spill, n_shards), 0
        first = len(writer.parts)
        bar.stage("writing shards", n_shards)
        for number, made in enumerate(self._made(passed, levels, groups[first:]), first):
            writer.write(made.shard, made.ids)
            self._state.keep_done(levels, n_shards, writer.parts)
            found += made.fingerprint
            for slot in groups[number]:
                spill_file(self._state.folder, slot).unlink(missing_ok=True)
            bar.update(number + 1)
        if not first and found % 2**64 != passed.spill.fingerprint:
            raise BadShards(
                f"The rows that were read again from {self._state.folder} are not those that were written there: the "
                f"disk or the memory is at fault. Remove {self._out} and shard the table anew."
            )

    def _made(self, passed: SourcePass, levels: FloatArray, groups: Sequence[range]) -> Iterator[MadeShard]:
        """The shards, the next one of which is made while the present one is written."""

        def made(group: range) -> MadeShard:
            ranges = (read_slot(self._state.folder, passed.spill, slot) for slot in group)
            return make_shard(ranges, passed, self._options, levels)

        with ThreadPoolExecutor(1) as aside:
            coming = [aside.submit(made, group) for group in groups[:1]]
            for at in range(len(groups)):
                shard = coming.pop().result()
                coming = [aside.submit(made, group) for group in groups[at + 1 : at + 2]]
                yield shard

    def _report(self, passed: SourcePass, parts: Sequence[ShardFacts]) -> Report:
        report, n_kept = passed.report, sum(part.n_ratings for part in parts)
        n_out = report.n_kept - n_kept
        if n_out:
            what = REPEATED.format(KEPT[policy_of(self._options, passed.catalogue.kind)])
            report = replace(report, left_out=(*report.left_out, Finding(f"{what} in {counted(n_out, 'row')}", n_out)))
        if self._state.begun_anew:
            anew = "The source or an option changed since a run that was interrupted, so the table was sharded anew"
            report = replace(report, notes=(*report.notes, Finding(anew)))
        if sum(part.n_users for part in parts) == 1:
            alone = one_only("user", report.columns["user"]).of_table
            report = replace(report, untrainable=(*report.untrainable, alone))
        return replace(report, n_kept=n_kept)


def _slots_of_shards(spill: SpillFacts, n_shards: int) -> list[range]:
    """The spilled files of each shard. Where shards are cut does not depend on how many files there are."""
    n_cuts = 1 << spill.n_cut_bits
    cuts = [at * n_cuts // n_shards << (spill.n_bits - spill.n_cut_bits) for at in range(n_shards + 1)]
    return [range(*pair) for pair in pairwise(cuts)]


def _refuse_full(folder: Path, n_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise _full(folder, n_bytes)


@contextmanager
def _room_for(folder: Path, n_bytes: int) -> Generator[None]:
    """A full disk is an error that says how much is needed."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(folder, n_bytes) from error


def _full(folder: Path, n_bytes: int) -> NotSaved:
    free = shutil.disk_usage(folder).free
    needed = f"some {n_bytes / 1e9:.1f} GB are needed, and " if n_bytes else ""
    return NotSaved(
        f"The disk of {folder} is full: {needed}{free / 1e9:.1f} GB are free. Make room, or choose another folder, and "
        f"run it again; shards that stand are kept."
    )
