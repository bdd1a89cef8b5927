"""How the fields of a text begin, without telling the fields apart: a few comparisons a byte, many bytes at a time."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["find_other_forms"]

LINE_FEED, RETURN, BLANK, PLUS, MINUS, ZERO, NINE = (np.uint8(ord(one)) for one in "\n\r +-09")
PIECE = 1 << 16  # bytes, after which is looked whether any was found


@njit(**JIT)
def is_other(first, second, separator):
    """Return whether a field that begins with these two characters may be a number, but not in its shortest form."""
    is_blank = (first <= BLANK) & (first != LINE_FEED) & (first != separator)
    ends_line = (first == RETURN) & (second == LINE_FEED)
    zero_before_digit = (first == ZERO) & (second >= ZERO) & (second <= NINE)
    return (is_blank & ~ends_line) | (first == PLUS) | zero_before_digit | ((first == MINUS) & (second == ZERO))


@njit(**JIT)
def find_other_forms(found, text, separator, quote):
    """found[0] ← whether a field begins so; fields begin behind separators, quotes and line feeds."""
    n, between, around = text.size, np.uint8(separator), np.uint8(quote)
    found[0] = n > 1 and is_other(text[0], text[1], between)
    start = 0
    while start < n - 2 and not found[0]:
        here, behind, second = text[start : n - 2], text[start + 1 : n - 1], text[start + 2 : n]
        any_found = False
        for i in range(min(PIECE, here.size)):
            begins = (here[i] == between) | (here[i] == around) | (here[i] == LINE_FEED)
            any_found |= begins & is_other(behind[i], second[i], between)
        found[0] = any_found
        start += PIECE
