"""The small names a notebook uses."""

import pytest

import cofactor.collab
from cofactor.collab import *
from cofactor.collab.samples import N_SAMPLE
from cofactor.errors import UnknownDataSet

COURSE_NAMES = {
    "CollabDataLoaders", "TabularCollab", "EmbeddingDotBias", "EmbeddingNN", "collab_learner", "Learner", "Module",
    "Embedding", "MSELossFlat", "sigmoid_range", "SigmoidRange", "TabularModel", "tabular_config", "get_emb_sz",
    "emb_sz_rule", "one_hot", "tensor", "L", "delegates", "test_eq", "untar_data", "URLs", "pd", "np", "nn", "torch",
    "plt", "load_learner", "Adam", "rmse", "Path",
}  # fmt: skip


def test_a_star_import_gives_every_name_of_the_course():
    given = {}
    exec("from cofactor.collab import *", given)
    assert set(given) >= COURSE_NAMES
    assert hasattr(torch.Tensor, "pca")


def test_the_public_names_exist():
    assert all(hasattr(cofactor.collab, name) for name in cofactor.collab.__all__)


def test_test_eq_compares_by_value():
    test_eq(tensor(1, 2), np.array([1, 2]))
    with pytest.raises(AssertionError, match="=="):
        test_eq([1], [2])


def test_components_are_ordered_by_their_spread():
    points = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 1.0], [4.0, 1.0]])
    first, second = points.pca(2).t()
    test_eq(first.abs().round(decimals=4), torch.full((4,), 2.0))
    test_eq(second.abs().round(decimals=4), torch.full((4,), 0.5))


def test_the_sample_is_labelled_by_where_it_came_from(monkeypatch, tmp_path):
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    monkeypatch.delenv("COFACTOR_DATA", raising=False)
    path = untar_data(URLs.ML_SAMPLE)
    ratings = pd.read_csv(path / "ratings.csv")
    assert path.name == "tastes-sample"
    assert list(ratings) == ["userId", "movieId", "rating", "timestamp"]
    assert ratings.userId.nunique() == ratings.movieId.nunique() == N_SAMPLE
    assert untar_data(URLs.ML_SAMPLE) == path


def test_the_sample_reads_as_the_whole_data_set_does(monkeypatch, tmp_path):
    """The lecture calls the sample the safest option, and reads u.data in the next line."""
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    monkeypatch.delenv("COFACTOR_DATA", raising=False)
    path = untar_data(URLs.ML_SAMPLE)
    ratings = pd.read_csv(path / "u.data", delimiter="\t", header=None, names=["user", "movie", "rating", "timestamp"])
    columns = dict(delimiter="|", encoding="latin-1", header=None, usecols=(0, 1), names=("movie", "title"))
    movies = pd.read_csv(path / "u.item", **columns)
    assert ratings.to_numpy().tolist() == pd.read_csv(path / "ratings.csv").to_numpy().tolist()
    assert len(ratings.merge(movies)) == len(ratings)
    assert {"Inception (2010)", "Amélie (2001)"} <= set(movies["title"])


def test_a_data_set_of_another_name_is_refused():
    with pytest.raises(UnknownDataSet, match="ml-100k"):
        untar_data("ml-100")
