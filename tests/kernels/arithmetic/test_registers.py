"""Tiles that fit into the registers, for every kind of processor."""

import pytest

from cofactor.kernels.arithmetic.registers import Registers, registers_of
from cofactor.kernels.compiling.target import TargetCpu

SSE, AVX, AVX2 = {"sse4.2"}, {"sse4.2", "avx"}, {"sse4.2", "avx", "avx2", "fma"}
PROCESSORS = {
    "AVX-512": ("x86_64", AVX2 | {"avx512f"}, Registers(32, 16, fused=True), (8, 3)),
    "AVX2": ("x86_64", AVX2, Registers(16, 8, fused=True), (4, 3)),
    "AVX without FMA": ("AMD64", AVX, Registers(16, 8, fused=False), (4, 2)),
    "SSE": ("x86_64", SSE, Registers(16, 4, fused=False), (4, 2)),
    "ARM64": ("arm64", set[str](), Registers(32, 4, fused=True), (4, 6)),
}


@pytest.mark.parametrize(("machine", "features", "registers", "tile"), PROCESSORS.values(), ids=PROCESSORS)
def test_a_processor_is_known_by_its_instruction_sets(machine, features, registers, tile):
    found = registers_of(TargetCpu("any", frozenset(features)), machine)
    assert found == registers
    assert (found.tile_rows, found.tile_vectors) == tile


@pytest.mark.parametrize("registers", [row[2] for row in PROCESSORS.values()], ids=PROCESSORS)
def test_a_tile_its_factors_and_a_product_fit_into_the_registers(registers):
    rows, vectors = registers.tile_rows, registers.tile_vectors
    sums, factors, product = rows * vectors, vectors + 1, 0 if registers.fused else 1
    assert sums + factors + product <= registers.n


@pytest.mark.parametrize("registers", [row[2] for row in PROCESSORS.values()], ids=PROCESSORS)
def test_tiles_fill_a_square_of_vectors_and_a_panel_of_48(registers):
    """Rows and vectors are padded to 16 numbers, lists are chosen from 48 items at a time by up to 8 users."""
    assert registers.lanes % registers.tile_rows == 0
    assert 16 % registers.lanes == 0
    assert registers.tile_rows <= 8
