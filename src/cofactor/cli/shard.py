"""Write a table larger than memory to a folder of shards by user.

examples:
  cofactor shard ratings.csv --out big.shards
  cofactor shard parts/ --items movies.csv --out big.shards --memory-gb 8
  cofactor data describe big.shards

SOURCE is a CSV, Parquet or Arrow file, or a folder of them. After ctrl-C, or a kill, the same command goes on."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cofactor.cli._source import add_source, given_table, print_report, read_options


def add_arguments(parser: ArgumentParser) -> None:
    add_source(parser, refused=("users", "wide"))
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="where the shards are written")
    parser.add_argument("--memory-gb", type=float, default=4.0, metavar="GB", help="memory to use (default: 4)")
    parser.add_argument("--n-shards", type=int, metavar="N", help="number of files (default: as memory asks)")
    parser.add_argument(
        "--n-bundles", type=int, metavar="N", help="parts for the workers of a cluster (default: of 16 files)"
    )


def run(arguments: Namespace) -> None:
    from cofactor.data.sources import data_set_names
    from cofactor.errors import BadOption
    from cofactor.scale.sharding.shard import shard

    if arguments.source in data_set_names():
        raise BadOption(f"{arguments.source} fits memory: `cofactor fit {arguments.source}` needs no shards.")
    shards = shard(
        given_table(arguments), arguments.out, memory_gb=arguments.memory_gb, n_shards=arguments.n_shards,
        n_bundles=arguments.n_bundles, **read_options(arguments),
    )  # fmt: skip
    print_report(shards.report, arguments)
    print(f"{shards!r}: {shards.folder}")
