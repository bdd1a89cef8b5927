"""The usual levels of processors, for which machine code travels with the package."""

import platform

from cofactor.kernels.compiling.target import TargetCpu, target_cpu

__all__ = ["CPU_LEVELS", "host_level"]

_V2 = {
    "64bit", "cmov", "cx16", "cx8", "fxsr", "mmx", "popcnt", "sahf",
    "sse", "sse2", "sse3", "sse4.1", "sse4.2", "ssse3",
}  # fmt: skip
_V3 = _V2 | {"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave"}  # Intel since 2013, AMD 2015
_V4 = _V3 | {"avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"}  # servers since 2017, AMD since 2022
_X86 = [TargetCpu("x86-64-v4", frozenset(_V4)), TargetCpu("x86-64-v3", frozenset(_V3))]
_ARM64 = [TargetCpu("generic", frozenset({"neon"}))]

# the levels of each family of machines, the best first
CPU_LEVELS = {"x86_64": _X86, "amd64": _X86, "aarch64": _ARM64, "arm64": _ARM64}


def host_level() -> TargetCpu | None:
    """The best level that this processor reaches; None where it reaches none, or has wider registers than its level.

    The width of registers shapes the arrays that kernels take, too: code for narrower ones would misread them.
    """
    host = target_cpu()
    reached = (one for one in CPU_LEVELS.get(platform.machine().lower(), []) if one.features <= host.features)
    best = next(reached, None)
    return best if best and ("avx512f" in best.features) == ("avx512f" in host.features) else None
