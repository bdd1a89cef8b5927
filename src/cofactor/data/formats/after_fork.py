"""Polars in a forked child: its threads stayed behind in the parent, and it would wait for them for ever."""

import os
from functools import cache
from threading import Thread

import polars as pl

from cofactor.errors import NotAfterFork
from cofactor.forking import is_forked

__all__ = ["require_polars"]

ANSWER_TIMEOUT = 3.0  # seconds; an answer takes a thousandth of one


def require_polars() -> None:
    """Raise `NotAfterFork` where Polars cannot answer, because this process was forked from one in which it was at
    work. Where it was not, its threads begin in the child, and all is well."""
    if is_forked() and not _answers(os.getpid()):
        raise NotAfterFork(
            "Tables cannot be read in this process: it was forked from one that had read tables, and the threads of "
            "the table library (Polars) stayed behind there. Read before the fork (fitting, updating by `Ratings`, "
            "recommending and evaluating work after it), or start processes by 'forkserver' or 'spawn': "
            "multiprocessing.get_context('forkserver')."
        )


@cache
def _answers(_process: int) -> bool:
    """A question that needs the threads, question aside: where they are lost, nothing can end the wait for them."""
    question = Thread(target=lambda: pl.DataFrame({"a": [1]}).select(b=pl.col("a") + 1, c=pl.col("a") + 2), daemon=True)
    question.start()
    question.join(ANSWER_TIMEOUT)
    return not question.is_alive()
