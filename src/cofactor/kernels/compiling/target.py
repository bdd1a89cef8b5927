"""The processor that code is compiled for: this one, or the one that Numba's variables name."""

import os
from functools import cache
from typing import NamedTuple

__all__ = ["TargetCpu", "target_cpu"]


class TargetCpu(NamedTuple):
    """A processor as LLVM names it, and its instruction sets."""

    name: str
    features: frozenset[str]  # those it has: "avx2", "fma", "avx512f"; on ARM "neon"


def target_cpu() -> TargetCpu:
    """The host, unless NUMBA_CPU_NAME and NUMBA_CPU_FEATURES name another, as for Numba.

    A name alone keeps the features of the host ("generic": none), as in Numba; NUMBA_ENABLE_AVX=0 leaves AVX out.
    """
    host, asked = _host(), os.environ.get("NUMBA_CPU_FEATURES")
    name = os.environ.get("NUMBA_CPU_NAME") or host.name
    if asked is None and name.lower() != "generic":
        without_avx = os.environ.get("NUMBA_ENABLE_AVX") == "0"
        return TargetCpu(name, frozenset(x for x in host.features if not (without_avx and x.startswith("avx"))))
    return TargetCpu(name, _enabled(asked or ""))


def _enabled(flags: str) -> frozenset[str]:
    """The features with a plus: "+avx2,-fma" has AVX2 alone."""
    return frozenset(flag.strip()[1:] for flag in flags.split(",") if flag.strip().startswith("+"))


@cache
def _host() -> TargetCpu:
    import llvmlite.binding as llvm

    try:
        features = llvm.get_host_cpu_features()
    except RuntimeError:  # LLVM does not know this processor; Numba then names no features either
        return TargetCpu(llvm.get_host_cpu_name(), frozenset())
    return TargetCpu(llvm.get_host_cpu_name(), frozenset(name for name, has in features.items() if has))
