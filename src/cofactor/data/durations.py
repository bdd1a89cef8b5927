"""Spans of time as people write them, such as 90d, in seconds."""

import re
from datetime import timedelta
from typing import Any

from cofactor.errors import BadOption, shown

__all__ = ["seconds_in"]

UNITS = {
    "s": 1, "sec": 1, "min": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800,
    "y": 31_557_600, "year": 31_557_600,
}  # fmt: skip


def seconds_in(option: str, given: Any) -> float:
    """Seconds, of a `timedelta` or of a number and its unit; raises `BadOption`, which names the option.

    >>> seconds_in("half_life", "90d"), seconds_in("half_life", "1.5 hours"), seconds_in("half_life", timedelta(1))
    (7776000.0, 5400.0, 86400.0)
    """
    if isinstance(given, timedelta):
        seconds = given.total_seconds()
    else:
        found = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]+)\s*", given.lower()) if isinstance(given, str) else None
        unit = None if found is None else found[2] if found[2] in UNITS else found[2].removesuffix("s")
        seconds = 0.0 if found is None or unit not in UNITS else float(found[1]) * UNITS[str(unit)]
    if not 0 < seconds < 1e12:
        raise BadOption(
            f"{option} is a time above 0 with its unit, such as '90d', '12h' or '1y', but {shown(given)} came."
        )
    return seconds
