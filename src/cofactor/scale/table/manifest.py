"""shards.json, which describes a folder of shards: its text is checked before anything is done with what it says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from cofactor.data.packing.expectations import are_finite
from cofactor.data.report import Finding, Report
from cofactor.errors import BadShards
from cofactor.scale.table.shard_counts import IN_BUNDLE
from cofactor.scale.table.shard_file import ShardFacts

__all__ = ["CATALOGUE", "FORMAT", "MANIFEST", "WORK", "Manifest", "parse_manifest", "report_of"]

FORMAT = 2
MANIFEST, CATALOGUE = "shards.json", "catalogue.safetensors"
WORK = ".sharding"  # a folder inside, of what an interrupted run goes on from

KINDS: dict[str, type] = {"catalogue": dict, "mean": float, "sha256": str, "shards": list}
SHARD_KINDS: dict[str, type] = {"file": str, "n_users": int, "n_ratings": int, "sha256": str}
IN_WORDS: dict[type, str] = {
    dict: "an object", list: "a list", str: "a text", int: "a whole number", float: "a number", bool: "a truth value",
    type(None): "null",
}  # fmt: skip


class Manifest(NamedTuple):
    """The contents of a manifest."""

    catalogue: dict[str, Any]  # as `pack_ratings` describes it
    sha256: str  # of the catalogue's file
    mean: float
    parts: tuple[ShardFacts, ...]
    in_bundle: int
    report: Report | None


def parse_manifest(data: bytes, path: str) -> Manifest:
    """The manifest that this file holds. path: names it in messages

    Raises `BadShards` for a file that is damaged, or of another version.
    """
    try:
        about = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadShards(f"{path} is damaged: it is not whole JSON. Copy the folder again.") from error
    if not isinstance(about, dict):
        _damaged(path, f"it holds {IN_WORDS[type(about)]}, and should hold an object")
    _expect_kinds(path, "it", about, {"format": int})
    if about["format"] != FORMAT:
        raise BadShards(
            f"{path} is of format {about['format']}; this version reads format {FORMAT}. Shard the table anew."
        )
    in_bundle = about.setdefault("in_bundle", IN_BUNDLE)
    _expect_kinds(path, "it", about, KINDS | {"in_bundle": int})
    if in_bundle < 1:
        _damaged(path, f"its 'in_bundle' is {in_bundle}, and should be 1 or more")
    if not are_finite(about["mean"]):
        _damaged(path, "its 'mean' is no finite number")
    parts = tuple(_facts(path, number, one) for number, one in enumerate(about["shards"]))
    try:
        report = report_of(about.get("report"))
    except (LookupError, TypeError, AttributeError, ValueError):
        _damaged(path, "its 'report' is not one of a table that was read")
    return Manifest(about["catalogue"], about["sha256"], float(about["mean"]), parts, in_bundle, report)


def report_of(about: Mapping[str, Any] | None) -> Report | None:
    """The report as `asdict` wrote it."""
    if about is None:
        return None
    made: dict[str, Any] = dict(about)
    for name in ("problems", "left_out", "untrainable", "notes"):
        made[name] = tuple(Finding(one["text"], one["count"], tuple(one["rows"])) for one in about[name])
    return Report(**made)


def _facts(path: str, number: int, about: Any) -> ShardFacts:
    what = f"number {number} of its 'shards'"
    if not isinstance(about, dict):
        _damaged(path, f"{what} is {IN_WORDS[type(about)]}, and should be an object")
    whole: dict[str, Any] = {"first_key": 0, "ids_sha256": ""} | about
    _expect_kinds(path, what, whole, SHARD_KINDS | {"first_key": int, "ids_sha256": str})
    unknown = sorted(set(whole) - set(ShardFacts._fields))
    if unknown:
        _damaged(path, f"{what} says {unknown[0]!r}, which is said of no shard")
    facts = ShardFacts(**whole)
    if Path(facts.file).name != facts.file:
        _damaged(path, f"{what} is no file of the folder")
    if min(facts.n_users, facts.n_ratings, facts.first_key) < 0:
        _damaged(path, f"{what} counts less than nothing")
    return facts


def _expect_kinds(path: str, what: str, about: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    """Raise `BadShards`, which says what is missing or of another kind. what: is looked at, begins the reason"""
    for name, kind in kinds.items():
        if name not in about:
            _damaged(path, f"{what} does not say {name!r}")
        found = type(about[name])
        if found is not kind and (found, kind) != (int, float):
            _damaged(path, f"{what} says {IN_WORDS[found]} as {name!r}, and should say {IN_WORDS[kind]}")


def _damaged(path: str, why: str) -> NoReturn:
    raise BadShards(f"{path} is damaged: {why}. Copy the folder again, or shard the table anew.")
