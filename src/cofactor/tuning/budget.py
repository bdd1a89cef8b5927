"""The time that a search may take, from a text or a number."""

import math
import re

from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed

__all__ = ["seconds_of"]

UNITS = {"": 1, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hours": 3600}


def seconds_of(budget: str | float) -> float:
    """Seconds, from a number of them or a text such as "90s". Raises `BadOption` for what is no time above 0.

    >>> seconds_of("2min"), seconds_of("1.5 h"), seconds_of(20)
    (120.0, 5400.0, 20.0)
    """
    seconds: float = _seconds_in(budget) if isinstance(budget, str) else conformed("budget", float, budget)
    if not 0 < seconds < math.inf:
        raise BadOption(f"A budget is a time above 0, but {shown(budget)} came.")
    return seconds


def _seconds_in(text: str) -> float:
    found = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)\s*", text.lower())
    if found is None or found[2] not in UNITS:
        raise BadOption(f"A budget is a time such as '90s', '2min' or '1h', but {shown(text)} came.")
    return float(found[1]) * UNITS[found[2]]
