"""Folders of shards in place of tables, where a command takes either."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cofactor.addresses import is_address
from cofactor.errors import BadOption, verb_of

if TYPE_CHECKING:
    from cofactor.scale.fitting.fits_shards import FitsShards
    from cofactor.scale.table.folder import Shards

__all__ = ["USUAL_MODELS", "expect_fits_shards", "expect_shards", "refuse_given", "shards_at"]

USUAL_MODELS = {True: "explicit_als", False: "implicit_mf"}  # of ratings, and of clicks and counts


def shards_at(source: str | None) -> "Shards | None":
    """The table of a folder of shards, or of an address; None for what is none of both.

    Raises `BadShards` for one that is not whole, and what `open_shards` raises of an address.
    """
    if source is None or not (is_address(source) or _holds_shards(Path(source))):
        return None
    from cofactor.scale.table.folder import open_shards

    return open_shards(source)


def _holds_shards(folder: Path) -> bool:
    """Whether shards were written there, be it that they are not finished."""
    begun = (folder / "shards.json").is_file() or (folder / ".sharding").is_dir()
    return begun or any(folder.glob("*.shard"))


def expect_shards(option: str, source: str) -> "Shards":
    """The table of a folder of shards. Raises `BadOption` for what is none. option: that it was given to"""
    from cofactor.scale.table.no_shards import why_no_shards
    from cofactor.scale.table.storage import storage_of

    shards = shards_at(source)
    if shards is None:
        raise BadOption(f"{option} takes a folder of shards. {why_no_shards(storage_of(source))}")
    return shards


def expect_fits_shards(model: object) -> "FitsShards[Any]":
    """The model itself; raises `BadOption` where it does not learn from shards."""
    from cofactor.scale.fitting.fits_shards import FitsShards

    if not isinstance(model, FitsShards):
        names = " and ".join(USUAL_MODELS.values())
        raise BadOption(f"From shards {names} learn, {type(model).__name__} does not. Choose one by --model.")
    return model


def refuse_given(arguments: Namespace, names: Sequence[str], why: str) -> None:
    """Raise `BadOption` for options that were given and would do nothing. why: goes on behind them, and their verb"""
    given = [f"--{name.replace('_', '-')}" for name in names if getattr(arguments, name) not in (None, False)]
    if given:
        raise BadOption(f"{' and '.join(given)} {verb_of(len(given), 'are')} {why}")
