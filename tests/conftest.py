"""Small tables whose answers one knows by thinking, and what is skipped where it is not at hand."""

import os
import signal
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cofactor.data.ratings import Ratings

collect_ignore_glob = ["*conftest.py"]  # these hold fixtures; there is more than one, and no doctest in any

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.register_profile(  # other examples at every run of `dev.py fuzz`, so many of them
    "fuzz", max_examples=int(os.environ.get("COFACTOR_FUZZ", "10000")), deadline=None, print_blob=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Notebooks first: they take longest, and one that begins last would keep the other processors waiting."""
    items.sort(key=lambda item: item.path.name != "test_notebooks.py")


@pytest.fixture(scope="session", autouse=True)
def hears_ctrl_c():
    """A suite started in the background inherits a SIGINT that is ignored; tests of ctrl-C need it heard."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def checkerboard() -> Ratings:
    """Twelve users, twelve items: even users love even items, odd ones odd items; the rest they dislike.

    User u's own number u is held out: nobody has rated the item of their number.
    """
    pairs = [(u, i) for u in range(12) for i in range(12) if u != i]
    ratings = [5.0 if (u + i) % 2 == 0 else 1.0 for u, i in pairs]
    return Ratings.from_arrays([u for u, _ in pairs], [i for _, i in pairs], ratings, name="checkerboard")


@pytest.fixture(scope="session")
def tastes() -> Ratings:
    import cofactor

    return cofactor.load("tastes")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets; skips where COFACTOR_DATA names none."""
    folder = os.environ.get("COFACTOR_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("COFACTOR_DATA names no folder of real data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def ml_100k(data_folder: Path) -> Ratings:
    import cofactor

    if not (data_folder / "ml-100k").is_dir():
        pytest.skip(f"{data_folder} holds no ml-100k")
    return cofactor.load("ml-100k")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> str:
    """Each device torch can train on here."""
    torch = pytest.importorskip("torch")
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA GPU")
    return request.param


@pytest.fixture(scope="session")
def ray():
    """Ray, connected to a cluster of two processors on this machine; skips where it is not installed.

    Of its own, as cluster="auto" would join one that the tests of another process may end at any moment.
    """
    ray = pytest.importorskip("ray", reason="the extra 'distributed' is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, of files and processes that it leaves to the collector
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield ray
    ray.shutdown()


@pytest.fixture(scope="module")
def sent_by_value(request: pytest.FixtureRequest) -> None:
    """Workers do not find the file of the test, so what stands in it travels whole; skips without Ray."""
    cloudpickle = pytest.importorskip("ray.cloudpickle", reason="the extra 'distributed' is not installed")
    cloudpickle.register_pickle_by_value(request.module)
