"""The vector registers of the processor that code is made for, and the tiles of sums that fit into them.

A sum that stays in a register while its products are added is cheap; one that goes to memory in between is not. Every
kernel that holds many sums takes their number from here.
"""

import platform
from typing import NamedTuple

from cofactor.kernels.compiling.target import TargetCpu, target_cpu

__all__ = ["Registers", "registers_of", "target_registers"]

ARM64 = ("aarch64", "arm64")  # as Linux and macOS, and Windows in capitals, call it


class Registers(NamedTuple):
    """How many vector registers there are, how many float32 each holds, and if a · b + c is one instruction."""

    n: int
    lanes: int
    fused: bool

    @property
    def tile_rows(self) -> int:
        """Rows of a tile: one tile, or two below each other, make a square block of vectors."""
        return max(4, self.lanes // 2)

    @property
    def tile_vectors(self) -> int:
        """Vectors in a row of a tile, as many as leave room for the factors.

        A tile of r rows and v vectors needs r · v sums, v vectors of the right factor and one of the left; and one more
        for the product where adding it is an instruction of its own.
        """
        temporary = 1 if self.fused else 2
        return (self.n - temporary) // (self.tile_rows + 1)


def registers_of(cpu: TargetCpu, machine: str) -> Registers:
    """The registers of a processor; `machine` is its family, as `platform.machine` says it.

    >>> registers_of(TargetCpu("haswell", frozenset({"avx", "avx2", "fma"})), "x86_64")
    Registers(n=16, lanes=8, fused=True)
    """
    if machine.lower() in ARM64:
        return Registers(32, 4, fused=True)  # NEON, which every ARM64 has
    if "avx512f" in cpu.features:
        return Registers(32, 16, fused=True)
    return Registers(16, 8 if "avx" in cpu.features else 4, fused="fma" in cpu.features)


def target_registers() -> Registers:
    """The registers of the processor that code is made for."""
    return registers_of(target_cpu(), platform.machine())
