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
    "TabularPandas", "DataLoaders", "DataLoader", "Categorify", "TransformBlock", "RandomSplitter", "range_of",
    "itemgetter", "attrgetter", "ifnone", "to_detach", "partial", "Counter", "math", "Tensor", "first",
    "progress_bar", "test_close", "doc", "minimum", "steep", "valley", "slide", "SGD", "L1LossFlat", "accuracy",
    "PearsonCorrCoef", "R2Score", "AccumMetric", "Callback", "CancelFitException", "SaveModelCallback",
    "EarlyStoppingCallback", "ReduceLROnPlateau", "CSVLogger", "ShowGraphCallback", "CollabDataBunch", "random", "os",
    "defaultdict", "re", "time", "Optional", "deepcopy",
}  # fmt: skip


def test_a_star_import_gives_every_name_of_the_course():
    given = {}
    exec("from cofactor.collab import *", given)
    assert set(given) >= COURSE_NAMES
    assert hasattr(torch.Tensor, "pca")


def test_the_public_names_exist():
    assert all(hasattr(cofactor.collab, name) for name in cofactor.collab.__all__)


def test_a_tensor_of_an_array_has_single_precision_as_everything_else():
    assert tensor(np.array([1.0])).dtype == tensor(pd.Series([0.5])).dtype == torch.float32
    assert tensor(np.array([1])).dtype == torch.int64
    assert tensor(np.array([1.0]), dtype=torch.float64).dtype == torch.float64


def test_what_is_none_is_replaced_and_nothing_else():
    assert [ifnone(None, 3), ifnone(0, 3)] == [3, 0]


def test_the_first_entry_is_found_or_none():
    assert [first([3, 4]), first([1, 2, 3], lambda one: one > 1), first([])] == [3, 2, None]


def test_tensors_lose_their_gradients_wherever_they_lie():
    weight = nn.Parameter(torch.ones(2))
    found = to_detach({"a": [weight, (weight, "text")]})
    assert not any(one.requires_grad for one in (found["a"][0], found["a"][1][0]))
    assert found["a"][1][1] == "text"


def test_a_bar_lets_all_entries_through():
    assert list(progress_bar(iter("abc"), total=3)) == ["a", "b", "c"]


def test_a_bar_is_shown_where_somebody_looks(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert list(progress_bar(range(3))) == [0, 1, 2]
    assert "100%" in capsys.readouterr().err


def test_a_folder_lists_what_lies_in_it(tmp_path):
    (tmp_path / "b").touch()
    (tmp_path / "a").touch()
    assert tmp_path.ls().map(lambda one: one.name) == ["a", "b"]


def test_a_function_is_documented_where_one_asks(capsys):
    doc(collab_learner)
    assert capsys.readouterr().out.startswith("collab_learner(dls")


def test_pythons_own_names_come_along():
    assert Counter(map(itemgetter(0), ["ab", "ac"])) == {"a": 2}
    assert partial(math.pow, 2)(3) == 8
    assert isinstance(tensor(1), Tensor)


@pytest.mark.parametrize(
    ("options", "shown"),
    [({}, "a, b, c"), ({"keep": True}, "a, b, c, kwargs"), ({"but": "b"}, "a, c"), ({"but": ["b", "c"]}, "a")],
)
def test_the_arguments_behind_kwargs_are_shown(options, shown):
    def base(b=1, c=2):
        return b, c

    @delegates(base, **options)
    def derived(a, **kwargs):
        return a

    assert ", ".join(inspect.signature(derived).parameters) == shown


def test_class_methods_can_delegate_too():
    class Base:
        @classmethod
        def make(cls, size=3, **kwargs):
            return size

    class Derived(Base):
        @delegates(Base.make)
        @classmethod
        def make_more(cls, n, **kwargs):
            return n

    from inspect import signature

    assert list(signature(Derived.make_more).parameters) == ["n", "size"]
    assert delegates(to=Base.make)(Derived.make_more)(5) == 5


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
