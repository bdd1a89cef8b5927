"""The processor that machine code is made for."""

import pytest

from cofactor.kernels.compiling.target import target_cpu


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX"):
        monkeypatch.delenv(name, raising=False)


def test_it_is_the_host_as_llvm_sees_it():
    import llvmlite.binding as llvm

    assert target_cpu().name == llvm.get_host_cpu_name()
    assert all(llvm.get_host_cpu_features()[name] for name in target_cpu().features)


def test_numbas_variables_ask_for_another(monkeypatch):
    monkeypatch.setenv("NUMBA_CPU_NAME", "haswell")
    monkeypatch.setenv("NUMBA_CPU_FEATURES", "+avx2, +fma,-avx512f")
    assert target_cpu() == ("haswell", frozenset({"avx2", "fma"}))


def test_a_generic_processor_has_no_features(monkeypatch):
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert target_cpu() == ("generic", frozenset())


def test_a_name_alone_keeps_the_features_of_the_host(monkeypatch):
    host = target_cpu()
    monkeypatch.setenv("NUMBA_CPU_NAME", "haswell")
    assert target_cpu() == ("haswell", host.features)


def test_avx_can_be_left_out(monkeypatch):
    host = target_cpu().features
    monkeypatch.setenv("NUMBA_ENABLE_AVX", "0")
    assert target_cpu().features == {name for name in host if not name.startswith("avx")}
