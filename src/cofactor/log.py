"""What the library does, told to `logging.getLogger("cofactor")`; nothing is shown unless somebody attaches a handler.

At INFO: what was read, fitted, tried, saved and opened. At DEBUG: where compiled kernels came from.

`logging` is never imported here, which would cost every start some milliseconds: who listens has imported it.
"""

import sys
from typing import Any

__all__ = ["debug", "info"]

NAME = "cofactor"
STACKLEVEL = 3  # a record names the function that called `info` or `debug`


def info(message: str, *values: object) -> None:
    """Tell what was done; the values take the places of the message's %s where somebody listens."""
    _tell("INFO", message, values)


def debug(message: str, *values: object) -> None:
    """Tell what only matters in looking for a fault."""
    _tell("DEBUG", message, values)


def _tell(level: str, message: str, values: tuple[object, ...]) -> None:
    logging: Any = sys.modules.get("logging")
    if not hasattr(logging, "getLevelName"):  # nobody has imported it, or another thread is about to
        return
    logger = logging.getLogger(NAME)
    if not logger.handlers:  # as for every library: without handlers of its own, logging has one for the terminal
        logger.addHandler(logging.NullHandler())
    logger.log(getattr(logging, level), message, *values, stacklevel=STACKLEVEL)
