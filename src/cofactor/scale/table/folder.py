"""A folder of shards: a table of ratings that may be larger than memory, by user, and what is known of it as a whole.

big.shards/
  00000.shard …          the ratings of the first users, of the next …: `shard_file.py`
  00000.ids …            the ids of the same users, where they are text: `user_ids.py`
  catalogue.safetensors  ids, titles and attributes of the items, and how many ratings each has
  shards.json            what the data are, the shards with their hashes; written last, so a folder without is not whole
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

import cofactor
from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.contract.indices import Unknown
from cofactor.data.facts import counts_in_words
from cofactor.data.id_keys import ids_of_keys
from cofactor.data.kinds import Kind
from cofactor.data.packing.expectations import is_array
from cofactor.data.packing.ratings import pack_ratings, unpack_ratings
from cofactor.data.ratings import Ratings
from cofactor.data.report import Report
from cofactor.errors import BadModelFolder, BadOption, BadShards, UnknownIds, counted, shown
from cofactor.hyperparameters import conformed
from cofactor.kernels.absent import NO_CODES
from cofactor.scale.table.finding import UserRatings, find_user
from cofactor.scale.table.manifest import CATALOGUE, FORMAT, MANIFEST, Manifest, parse_manifest
from cofactor.scale.table.no_shards import why_no_shards
from cofactor.scale.table.shard_counts import IN_BUNDLE
from cofactor.scale.table.shard_file import Shard, ShardFacts, read_shard
from cofactor.scale.table.storage import LocalFolder, Storage, storage_of
from cofactor.scale.table.user_ids import ids_file, read_user_ids
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["Shards", "expect_opened", "open_shards", "shards_in", "write_manifest"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Shards(SheetMixin):
    """Ratings by users of items, in files; opening reads what describes them, and none of them.

    catalogue: the items with their ids, titles and attributes, as a table of nobody's ratings
    levels: (l,) float32, the different values; nothing where there are over 256
    level_counts: (l,) ratings of each value     item_counts: (n_items,) ratings of each item
    in_bundle: shards that are summed one after the other: the unit of work that is done again, or elsewhere
    """

    storage: Storage
    catalogue: Ratings
    levels: FloatArray
    level_counts: IntArray
    item_counts: IntArray
    mean: float
    parts: tuple[ShardFacts, ...]
    in_bundle: int = IN_BUNDLE
    report: Report | None = None  # what was found, guessed and left out when the table was read

    @property
    def folder(self) -> Path:
        """The local folder. Raises `BadOption` of shards in an object store."""
        if not isinstance(self.storage, LocalFolder):
            raise BadOption(f"{self.storage} is no local folder.")
        return self.storage.folder

    @property
    def n_users(self) -> int:
        """The number of users in all shards."""
        return sum(part.n_users for part in self.parts)

    @property
    def n_items(self) -> int:
        """The number of items, those without ratings included."""
        return self.catalogue.n_items

    def __len__(self) -> int:
        return sum(part.n_ratings for part in self.parts)

    @property
    def bundles(self) -> list[range]:
        """The shards, by number, of each bundle; they do not depend on who sums them, and so neither do the sums."""
        n = len(self.parts)
        return [range(first, min(first + self.in_bundle, n)) for first in range(0, n, self.in_bundle)]

    def each(self, numbers: Iterable[int] | None = None, *, verify: bool = True) -> Iterator[Shard]:
        """These shards, or all, one after the other; the next one is read while the present one is used.

        Raises `BadShards` for a file that is missing, cut short or changed.
        """
        left = list(self.parts if numbers is None else (self.parts[number] for number in numbers))
        with ThreadPoolExecutor(1) as aside:
            coming = [aside.submit(self._read, part, verify) for part in left[:1]]
            for at in range(len(left)):
                shard = coming.pop().result()
                coming = [aside.submit(self._read, part, verify) for part in left[at + 1 : at + 2]]
                yield shard

    def _read(self, part: ShardFacts, verify: bool) -> Shard:
        return read_shard(self.storage, part, self.levels, self.n_items, verify=verify)

    def find(self, user_id: Id) -> UserRatings:
        """The index and the ratings of one user, of whom one file is opened.

        The hash of a local file is compared the first time; after that little of it is read. Raises `UnknownIds` for a
        stranger, `BadShards` where the file is missing, changed or damaged.
        """
        whole = self.catalogue.users.values.dtype.kind == "i"
        found = find_user(self.storage, self.parts, self.levels, self.n_items, user_id, are_whole=whole)
        if found is None:
            raise UnknownIds("user", [user_id], self.n_users, made_of="whole numbers" if whole else "text")
        return found

    def ratings_of(self, user_id: Id, *, unknown: Unknown = "raise") -> dict[Id, float]:
        """The ratings of one user by the items' ids, as `recommend` takes those of somebody new.

        unknown: "fallback": a stranger has none, and is then somebody nothing is known about
        Raises as `find`.
        """
        falls_back = conformed("unknown", Unknown, unknown) == "fallback"
        try:
            found = self.find(user_id)
        except UnknownIds:
            if falls_back:
                return {}
            raise
        items = self.catalogue.items.gather(found.item_idx)
        return dict(zip(items.tolist(), found.values.tolist(), strict=True))

    def ids_of(self, number: int, shard: Shard) -> Array:
        """(n_users,) the ids of a shard's users, in its order. number: of the shard

        Raises `BadShards` where their file is missing, changed or damaged.
        """
        part = self.parts[number]
        return read_user_ids(self.storage, part) if part.ids_sha256 else ids_of_keys(shard.keys)

    @property
    def may_hold_dislikes(self) -> bool:
        """False where no value is 0 or below; of over 256 different values nobody knows."""
        return not len(self.levels) or bool((self.levels <= 0).any())

    @property
    def distinct_values(self) -> FloatArray:
        """The different values that were given; where these are over 256, the ends of the scale."""
        if len(self.levels):
            return self.levels[self.level_counts > 0]
        return np.array(self.catalogue.scale or (), np.float32)

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and highest rating that can be given, or else that was."""
        return self.catalogue.scale or (float(self.levels.min()), float(self.levels.max()))

    @property
    def kind(self) -> Kind:
        """The kind of the values: "ratings", "clicks" or "counts"."""
        return self.catalogue.kind

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the hashes of all shards: equal data, equal fingerprint."""
        hashes = "".join(part.sha256 + part.ids_sha256 for part in self.parts)
        return hashlib.sha256(hashes.encode()).hexdigest()

    def __repr__(self) -> str:
        what = counts_in_words(self.catalogue.kind, len(self), self.n_items, self.n_users)
        return f"Shards({self.catalogue.name!r}: {what}, in {counted(len(self.parts), 'file')})"

    def sheet(self) -> Sheet:
        """One row a fact, and one for each value of which there are few."""
        share = len(self) / max(1, self.n_users * self.n_items)
        rows = [
            ("ratings", f"{len(self):,}"), ("users", f"{self.n_users:,}"), ("items", f"{self.n_items:,}"),
            ("filled", f"{share:.4%}"), ("mean", format_number(self.mean, 4)), ("files", f"{len(self.parts):,}"),
        ]  # fmt: skip
        counts = zip(self.levels.tolist(), self.level_counts.tolist(), strict=True) if len(self.levels) <= 10 else ()
        rows += [(f"of {value:g}", f"{count:,}") for value, count in counts if count]
        return Sheet(f"{self.catalogue.name}, in shards", (), rows)


def write_manifest(shards: Shards) -> None:
    """Write what describes the shards that stand in their folder, the manifest last. Raises `OSError`."""
    arrays, about = pack_ratings(shards.catalogue)
    arrays |= {"shards/levels": shards.levels, "shards/level_counts": shards.level_counts}
    data = save(arrays | {"shards/item_counts": shards.item_counts})
    (shards.folder / CATALOGUE).write_bytes(data)
    manifest = {
        "format": FORMAT, "cofactor": cofactor.__version__, "catalogue": about, "mean": shards.mean,
        "sha256": hashlib.sha256(data).hexdigest(), "shards": [part._asdict() for part in shards.parts],
        "in_bundle": shards.in_bundle,
        "report": None if shards.report is None else asdict(shards.report),
    }  # fmt: skip
    draft = shards.folder / f".{MANIFEST}.new"
    draft.write_text(json.dumps(manifest, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    draft.replace(shards.folder / MANIFEST)


def expect_opened(given: object, where: str) -> None:
    """Raise `BadOption`, which says what came and what to write, where `given` is no table in shards.

    where: begins the sentence, as "write_lists reads"
    """
    if not isinstance(given, Shards):
        raise BadOption(f"{where} shards, but {shown(given)} came. Open a folder of them: cf.open_shards(path).")


def open_shards(folder: str | Path) -> Shards:
    """The table that lies in this folder of shards; its ratings are read when they are asked for.

    folder: a path, or an address that fsspec takes, such as s3://bucket/big.shards (extra `stores`)
    Raises `BadShards` where the folder is none, out of reach, not whole, or of another version; `BadOption` for an
    address of no known kind; `MissingExtra` where a package is missing that this kind needs.
    """
    return shards_in(storage_of(folder))


def shards_in(storage: Storage) -> Shards:
    """The table that lies in this storage. Raises `BadShards`, `BadOption` and `MissingExtra` as `open_shards` does."""
    data = storage.found(MANIFEST)
    if data is None:
        raise BadShards(why_no_shards(storage))
    manifest = parse_manifest(data, storage.path_of(MANIFEST))
    shards = Shards(
        storage=storage, mean=manifest.mean, parts=manifest.parts, in_bundle=manifest.in_bundle,
        report=manifest.report, **_catalogue(storage, manifest),
    )  # fmt: skip
    _refuse_missing(storage, manifest.parts)
    return shards


def _catalogue(storage: Storage, manifest: Manifest) -> dict[str, Any]:
    """The items, and the arrays that are kept beside them, by the names that `Shards` has for them."""
    arrays = storage.load(CATALOGUE, manifest.sha256)
    names = ("levels", "level_counts", "item_counts")
    levels, level_counts, item_counts = (arrays.pop(f"shards/{name}", NO_CODES) for name in names)
    try:
        catalogue = unpack_ratings(arrays, manifest.catalogue)
    except (BadModelFolder, LookupError, TypeError, ValueError) as error:
        raise _mismatch(storage) from error
    if not (
        is_array(levels, np.float32, levels.size) and is_array(level_counts, np.int64, levels.size)
        and is_array(item_counts, np.int64, catalogue.n_items)
    ):  # fmt: skip
        raise _mismatch(storage)
    return {"catalogue": catalogue} | dict(zip(names, (levels, level_counts, item_counts), strict=True))


def _mismatch(storage: Storage) -> BadShards:
    return BadShards(
        f"{storage} is damaged: {MANIFEST} and {CATALOGUE} do not describe one list of items. Copy the folder again, "
        "or shard the table anew."
    )


def _refuse_missing(storage: Storage, parts: Sequence[ShardFacts]) -> None:
    names = storage.names()
    if MANIFEST not in names:  # a store that does not list its files
        return
    files = [part.file for part in parts] + [ids_file(part.file) for part in parts if part.ids_sha256]
    missing = [file for file in files if file not in names]
    if missing:
        raise BadShards(f"{storage} is not whole: {missing[0]} is missing. Copy the folder again.")
