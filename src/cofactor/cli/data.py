"""Known data sets, and what is in a table: list, describe, check, fetch.

examples:
  cofactor data list
  cofactor data describe ratings.csv
  cofactor data describe big.shards
  cofactor data check ratings.csv --scale 1,5
  cofactor data check plays.csv --kind counts
  zcat log.jsonl.gz | cofactor data check - --event type --weights view=1,cart=3,purchase=5 --half-life 90d
  cofactor data fetch ml-100k"""

import sys
from argparse import ArgumentParser, Namespace

from cofactor.cli._shards import shards_at
from cofactor.cli._source import add_source, given_table, read_options, read_source
from cofactor.cli._wording import in_options
from cofactor.errors import BadTable


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="the names that can stand for a table").set_defaults(run=_list)
    describe = actions.add_parser("describe", help="users, items, ratings, how sparse, a histogram")
    add_source(describe)
    describe.set_defaults(run=_describe)
    check = actions.add_parser("check", help="everything that is wrong with a table, and what to do")
    add_source(check)
    check.set_defaults(run=_check)
    fetch = actions.add_parser("fetch", help="download a known data set from its own home")
    fetch.add_argument("name", metavar="NAME", help="such as ml-100k")
    fetch.set_defaults(run=_fetch)


def run(arguments: Namespace) -> None:
    """Never reached: every action has its own."""


def _list(_: Namespace) -> None:
    from cofactor.data.sources import data_set_names

    print("\n".join(data_set_names()))


def _describe(arguments: Namespace) -> None:
    from cofactor.data.describing import describe

    shards = shards_at(arguments.source)
    print(describe(read_source(arguments)) if shards is None else shards)


def _check(arguments: Namespace) -> None:
    from cofactor.data.checking import check
    from cofactor.data.sources import data_set_names, load

    if arguments.source in data_set_names():
        print(f"{load(arguments.source)!r}: a known data set, read as it is")
        return
    report = check(given_table(arguments), **read_options(arguments))
    print(in_options(str(report), arguments.parser))
    sys.stdout.flush()
    if not report.ok:
        raise BadTable(f"{arguments.source} is not usable as it is; the report says what to do.")


def _fetch(arguments: Namespace) -> None:
    from cofactor.data.sources import load

    print(f"{load(arguments.name)!r} is at hand")
