"""Compile what models need before they need it, into the cache: in an image, or before the first request.

A wheel brings machine code for the usual processors, and then there is nothing to do. Where it brings none (other
processors, an editable install), the first fit of each kind compiles for seconds; this does it once, on all CPUs.

examples:
  cofactor warm-up
  COFACTOR_CACHE=/opt/cofactor-cache cofactor warm-up        in a Dockerfile; set the variable in the container, too"""

from argparse import ArgumentParser, Namespace

from cofactor.errors import counted


def add_arguments(_: ArgumentParser) -> None:
    pass


def run(_: Namespace) -> None:
    from cofactor.kernels.compiling.warming import missing_signatures, warm_up

    missing = missing_signatures()
    if not missing:
        print("Nothing to compile: the machine code is at hand.")
        return
    print(f"Compiling {counted(len(missing), 'kernel')} …", flush=True)
    print(f"done; they are kept in {warm_up(missing)}")
