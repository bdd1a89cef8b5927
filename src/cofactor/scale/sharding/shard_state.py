"""What an interrupted run of sharding goes on from, in a folder inside the shards' own that is removed at the end.

.sharding/
  00000.spill …     the rows of the first keys, of the next …: `spill.py`
  source.json       which source is read, with which options; written first
  pass.json         what the first pass found; written when all rows are spilled
  pass.safetensors  its arrays: items, their ranks, the different values
  done.json         the shards that stand, with their hashes; the spilled rows of those are removed
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

import cofactor
from cofactor.arrays import FloatArray
from cofactor.data.packing.ratings import pack_ratings, unpack_ratings
from cofactor.errors import BadModelFolder, BadOption, counted
from cofactor.scale.sharding.source_pass import SourcePass
from cofactor.scale.sharding.spill import SpillFacts
from cofactor.scale.table.manifest import WORK, report_of
from cofactor.scale.table.shard_file import ShardFacts, write_whole
from cofactor.scale.table.writing import clear_folder

__all__ = ["ShardState"]


class ShardState:
    """The state of one run, by which a later one goes on. source: what JSON can hold; None: it cannot be told again"""

    def __init__(self, out: Path, source: Mapping[str, Any] | None) -> None:
        """Begin, or go on where `out` holds the state of the same source and options.

        Its `begun_anew` says whether there was one that changed, of which nothing is left then, `is_resumable` whether
        a later run can go on.
        Raises `BadOption` where an unfinished run has read other files; `OSError`.
        """
        self.folder, self.is_resumable = out / WORK, source is not None
        about = {"cofactor": cofactor.__version__, "source": source}
        found = _read(self.folder / "source.json")
        _refuse_other_paths(out, found, source)
        self.begun_anew = found is not None and not (self.is_resumable and found == about)
        if found is None or self.begun_anew:
            (self.folder / "source.json").unlink(missing_ok=True)  # first: after a kill nobody goes on from half of it
            clear_folder(out)
            self.folder.mkdir()
            self._write("source.json", about)

    def finished_pass(self) -> SourcePass | None:
        """The first pass, where it was finished."""
        about = _read(self.folder / "pass.json")
        if about is None:
            return None
        try:
            arrays = load_file(self.folder / "pass.safetensors")
            rank, levels = arrays.pop("pass/rank"), arrays.pop("pass/levels")
            catalogue = unpack_ratings(arrays, about["catalogue"])
            report = report_of(about["report"])
            assert report is not None, "a pass has one"
            return SourcePass(SpillFacts(**about["spill"]), catalogue, rank, levels, about["newest"], report)
        except (OSError, SafetensorError, BadModelFolder, LookupError, TypeError):
            return None

    def keep_pass(self, passed: SourcePass) -> None:
        """The first pass is finished. Raises `OSError`."""
        arrays, about = pack_ratings(passed.catalogue)
        arrays |= {"pass/rank": passed.rank, "pass/levels": np.ascontiguousarray(passed.levels)}
        write_whole(self.folder / "pass.safetensors", arrays)
        self._write("pass.json", {
            "catalogue": about, "spill": passed.spill._asdict(), "newest": passed.newest,
            "report": asdict(passed.report),
        })  # fmt: skip

    def done(self) -> tuple[FloatArray, int, list[ShardFacts]] | None:
        """The different values, the number of shards that there will be, and those that stand; None: none is begun."""
        about = _read(self.folder / "done.json")
        if about is None:
            return None
        shards = [ShardFacts(**part) for part in about["shards"]]
        return np.array(about["levels"], np.float32), about["n_shards"], shards

    def keep_done(self, levels: FloatArray, n_shards: int, parts: Sequence[ShardFacts]) -> None:
        """These shards stand. Raises `OSError`."""
        shards = [part._asdict() for part in parts]
        self._write("done.json", {"levels": levels.tolist(), "n_shards": n_shards, "shards": shards})

    def remove(self) -> None:
        """The table is finished, and nothing is left to go on from."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, name: str, about: Mapping[str, Any]) -> None:
        draft = self.folder / f".{name}.new"
        draft.write_text(json.dumps(about), encoding="utf-8")
        draft.replace(self.folder / name)


def _refuse_other_paths(out: Path, unfinished: Any, source: Mapping[str, Any] | None) -> None:
    """Whoever has read other files means another table, and would wipe what an hour may have taken to read."""
    paths = ((unfinished or {}).get("source") or {}).get("paths")
    if paths and (source is None or source["paths"] != paths):
        more = f" and {counted(len(paths) - 1, 'more path')}" if len(paths) > 1 else ""
        raise BadOption(
            f"{out} holds an unfinished run of another source, {paths[0]}{more}. Run that once more to finish it, "
            "remove the folder, or name another one."
        )


def _read(path: Path) -> Any:
    """What the file holds; None where there is none, or none that is whole."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
