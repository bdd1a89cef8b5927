"""Rating tables as a course notebook has them: pandas frames."""

import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib").use("agg")

from cofactor.collab import CollabDataLoaders, Learner, collab_learner, plt, set_seed  # noqa: E402
from cofactor.data.ratings import Ratings  # noqa: E402


def frame_of(ratings: Ratings) -> pd.DataFrame:
    return pd.DataFrame({
        "user": ratings.users.gather(ratings.user_idx), "movie": ratings.items.gather(ratings.item_idx),
        "rating": ratings.values, "title": ratings.title_of(ratings.item_idx),
    })  # fmt: skip


@pytest.fixture(scope="session")
def table(checkerboard) -> pd.DataFrame:
    """Users and items 0..11, ratings 5 where both are even or both are odd, else 1."""
    return frame_of(checkerboard)


@pytest.fixture
def dls(table) -> CollabDataLoaders:
    return CollabDataLoaders.from_df(table, valid_pct=0.25, seed=0, bs=16)


@pytest.fixture
def learn(dls) -> Learner:
    set_seed(0)
    return collab_learner(dls, n_factors=4, y_range=(0, 5.5))


@pytest.fixture(scope="session")
def films(tastes) -> pd.DataFrame:
    return frame_of(tastes)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")
