"""One cluster for all tests of this room: starting it takes seconds."""

import warnings

import pytest


@pytest.fixture(scope="session")
def ray():
    """Ray, connected to a cluster of two processors on this machine; skips where it is not installed."""
    ray = pytest.importorskip("ray", reason="the extra 'distributed' is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, of files and processes that it leaves to the collector
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield ray
    ray.shutdown()
