"""The options of a command whose work a Ray cluster can share, and what is said of the cluster meanwhile."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cofactor.log import NAME

__all__ = ["OF_CLUSTERS", "add_cluster", "cluster_asked"]

OF_CLUSTERS = ("cluster", "workers")


def add_cluster(parser: ArgumentParser) -> None:
    """Declare the options of a cluster, as `OF_CLUSTERS` names them."""
    parser.add_argument("--cluster", metavar="ADDRESS", help="of shards: auto, or host:port of a Ray cluster")
    parser.add_argument("--workers", type=int, metavar="N", help="of --cluster: how many work at once")


@contextmanager
def cluster_asked(arguments: Namespace) -> Generator[dict[str, Any]]:
    """The options of a call; what is logged of the cluster within the block goes to stderr, as notes."""
    if arguments.cluster is None:
        yield {name: getattr(arguments, name) for name in OF_CLUSTERS}
        return
    import logging

    logger, notes = logging.getLogger(NAME), logging.StreamHandler(sys.stderr)
    notes.setFormatter(logging.Formatter("note: %(message)s"))
    notes.addFilter(lambda record: Path(record.pathname).parent.name == "cluster")
    level = logger.level
    logger.addHandler(notes)
    logger.setLevel(logging.INFO)
    try:
        yield {name: getattr(arguments, name) for name in OF_CLUSTERS}
    finally:
        logger.removeHandler(notes)
        logger.setLevel(level)
