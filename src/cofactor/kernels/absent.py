"""Arrays of length 0 in place of an absent input: machine code knows no `None`."""

import numpy as np

from cofactor.kernels.alignment import WIDTH_MULTIPLE

__all__ = ["NO_CODES", "NO_INDICES", "NO_NUMBERS", "NO_ROWS"]

NO_NUMBERS = np.zeros(0, np.float32)
NO_INDICES = np.zeros(0, np.int32)
NO_ROWS = np.zeros((0, WIDTH_MULTIPLE), np.float32)
NO_CODES = np.zeros(0, np.uint8)
