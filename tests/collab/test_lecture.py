"""The lecture's cells, one after the other, on `tastes`; only the import line is ours."""

import pytest

from cofactor.collab import *

N_EPOCHS = 3  # the lecture has 5


@pytest.fixture(scope="module")
def dls(films):
    return CollabDataLoaders.from_df(films, item_name="title", bs=64, seed=42)


@pytest.fixture(scope="module")
def learn(dls):
    set_seed(42)
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))
    learn.fit_one_cycle(5, 5e-3, wd=0.1)
    return learn


def test_ratings_are_shown_as_they_came(dls, capsys):
    dls.show_batch()
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["user", "title", "rating"]
    assert len(rows) == 10


def test_a_latent_factor_is_looked_up_by_a_one_hot_product(dls):
    n_users = len(dls.classes["user"])
    user_factors = torch.randn(n_users, 5)
    one_hot_3 = one_hot(3, n_users).float()
    torch.testing.assert_close(user_factors.t() @ one_hot_3, user_factors[3])


def test_a_batch_is_pairs_of_codes_and_a_column_of_ratings(dls):
    x, y = dls.one_batch()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((64, 2), torch.int64, (64, 1), torch.float32)


class DotProduct(Module):
    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors = Embedding(n_users, n_factors)
        self.user_bias = Embedding(n_users, 1)
        self.movie_factors = Embedding(n_movies, n_factors)
        self.movie_bias = Embedding(n_movies, 1)
        self.y_range = y_range

    def forward(self, x):
        users = self.user_factors(x[:, 0])
        movies = self.movie_factors(x[:, 1])
        res = (users * movies).sum(dim=1, keepdim=True)
        res += self.user_bias(x[:, 0]) + self.movie_bias(x[:, 1])
        return sigmoid_range(res, *self.y_range)


@pytest.mark.slow
def test_a_module_written_in_the_lesson_learns(dls):
    set_seed(0)
    model = DotProduct(len(dls.classes["user"]), len(dls.classes["title"]), 50)
    learn = Learner(dls, model, loss_func=MSELossFlat())
    learn.fit_one_cycle(N_EPOCHS, 5e-3, wd=0.1)
    losses = [row[1] for row in learn.recorder.values]
    assert losses[-1] < losses[0] < 1.0


def test_parameters_are_found_in_a_module_and_only_there():
    class T(Module):
        def __init__(self):
            self.plain, self.a = torch.ones(3), nn.Linear(1, 3, bias=False)

    parameters = L(T().parameters())
    assert len(parameters) == 1
    assert type(T().a.weight) is nn.Parameter


def test_the_rate_is_found_and_plotted(dls):
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5), wd=0.1)
    found = learn.lr_find()
    assert 1e-5 < found.valley < 1
    assert plt.gcf().axes[0].get_xscale() == "log"


def test_the_collab_learner_beats_the_spread_of_the_ratings(learn, films):
    assert learn.validate()[0] < 0.8 * films.rating.var()


def test_losses_are_recorded_and_plotted(learn):
    assert learn.recorder.metric_names == ["epoch", "train_loss", "valid_loss", "time"]
    assert len(learn.recorder.values) == 5
    assert len(learn.recorder.losses) == 5 * len(learn.dls.train)
    train, held_out = learn.recorder.plot_loss().lines
    assert len(held_out.get_xdata()) == 5
    assert train.get_xdata()[-1] == held_out.get_xdata()[-1]


def test_the_model_shows_its_embeddings(learn):
    shown = repr(learn.model)
    assert all(name in shown for name in ("EmbeddingDotBias", "u_weight", "i_weight", "u_bias", "i_bias"))


def test_the_best_and_the_worst_films_by_bias(learn, tastes):
    from cofactor.data.sources.tastes import truth

    movie_bias = learn.model.i_bias.weight.squeeze()
    names = learn.dls.classes["title"]
    quality = dict(zip(tastes.title_of(np.arange(tastes.n_items)), truth().item_bias, strict=True))
    worst = [quality[names[i]] for i in movie_bias.argsort()[:20]]
    best = [quality[names[i]] for i in movie_bias.argsort(descending=True)[:20]]
    assert np.mean(best) > np.mean(worst) + 1  # a whole star apart in what they were generated from


def test_the_principal_components_of_the_most_rated_films(learn, films):
    top = films.groupby("title")["rating"].count().sort_values(ascending=False).index.values[:200]
    top_idxs = tensor([learn.dls.classes["title"].o2i[m] for m in top])
    movie_w = learn.model.i_weight.weight[top_idxs].cpu().detach()
    fac0, fac1, fac2 = movie_w.pca(3).t()
    assert fac0.shape == (200,)
    assert fac0.std() > fac1.std() > fac2.std()
    plt.scatter(fac0[:50], fac2[:50])


def test_components_of_a_parameter_can_be_sorted_and_plotted(learn):
    movie_emb = learn.model.i_weight.weight
    fac0, fac1, fac2 = movie_emb.pca(3).t()
    assert len(fac0.argsort()) == len(learn.dls.classes["title"])
    plt.scatter(fac0, fac1, c=fac2)


def test_the_nearest_film_by_cosine(learn):
    movie_factors = learn.model.i_weight.weight
    idx = learn.dls.classes["title"].o2i["Toy Story (1995)"]
    distances = nn.CosineSimilarity(dim=1)(movie_factors, movie_factors[idx][None])
    nearest = distances.argsort(descending=True)[:2]
    assert nearest[0] == idx
    assert isinstance(learn.dls.classes["title"][nearest[1]], str)


def test_bias_and_weight_by_title(learn):
    titles = ["Inception (2010)", "Frozen (2013)"]
    assert learn.model.bias(titles, is_item=True).shape == (2,)
    assert learn.model.weight(titles, is_item=True).shape == (2, 50)


class CollabNN(Module):
    def __init__(self, user_sz, item_sz, y_range=(0, 5.5), n_act=100):
        self.user_factors = Embedding(*user_sz)
        self.item_factors = Embedding(*item_sz)
        self.layers = nn.Sequential(nn.Linear(user_sz[1] + item_sz[1], n_act), nn.ReLU(), nn.Linear(n_act, 1))
        self.y_range = y_range

    def forward(self, x):
        embs = self.user_factors(x[:, 0]), self.item_factors(x[:, 1])
        x = self.layers(torch.cat(embs, dim=1))
        return sigmoid_range(x, *self.y_range)


@pytest.mark.slow
def test_the_lessons_own_network_learns(dls):
    set_seed(0)
    learn = Learner(dls, CollabNN(*get_emb_sz(dls)), loss_func=MSELossFlat())
    learn.fit_one_cycle(1, 5e-3, wd=0.01)
    assert learn.recorder.values[0][1] < 1.2


@pytest.mark.slow
@pytest.mark.parametrize("options", [dict(layers=[100, 50]), dict(emb_szs={"user": 50, "title": 50}, layers=[128, 64])])
def test_the_neural_learner_learns(dls, options):
    set_seed(0)
    learn = collab_learner(dls, use_nn=True, y_range=(0, 5.5), **options)
    learn.fit_one_cycle(1, 5e-3, wd=0.1)
    assert learn.recorder.values[0][1] < 1.2


def test_the_lessons_way_of_writing_the_network_again():
    @delegates(TabularModel)
    class Again(TabularModel):
        def __init__(self, emb_szs, layers, **kwargs):
            super().__init__(emb_szs, layers=layers, n_cont=0, out_sz=1, **kwargs)

    from inspect import signature

    assert "embed_p" in signature(Again).parameters
    assert Again([(5, 2), (6, 3)], [4], y_range=(0, 5)).eval()(torch.zeros(7, 2, dtype=torch.long)).shape == (7, 1)
