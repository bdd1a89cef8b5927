"""How every loop is compiled: the options of `numba.njit`."""

from typing import Any

__all__ = ["JIT"]

# nothing is kept by Numba, whose cache needs a writable source folder or home: `Native` keeps the machine code
JIT: dict[str, Any] = {
    "boundscheck": False, "error_model": "numpy",
    "fastmath": {"contract", "reassoc", "arcp", "nsz"},  # not nnan and ninf: divergence must stay visible
    # Numba counts references to every row view with two atomic operations, which cost more than the arithmetic of
    # a short row (3.5 times slower as a whole). Without its runtime nothing is counted, and nothing can be
    # allocated: the caller brings the work space, and holds on to it.
    "_nrt": False,
}  # fmt: skip
