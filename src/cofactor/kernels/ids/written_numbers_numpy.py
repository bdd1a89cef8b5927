"""The NumPy twin of `written_numbers.py`."""

import re

from cofactor.arrays import IntArray

__all__ = ["holds_other_forms"]


def holds_other_forms(text: IntArray, separator: int, quote: int) -> bool:
    """Return whether a regular expression finds one."""
    between = re.escape(bytes([separator]))
    begins = rb"(?:\A|[\n" + between + re.escape(bytes([quote])) + rb"])"
    blank = rb"(?!\n|\r\n|" + between + rb")[\x00- ](?s:.)"
    return re.search(begins + rb"(?:" + blank + rb"|\+(?s:.)|0[0-9]|-0)", text.tobytes()) is not None
