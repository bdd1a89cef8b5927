"""The factors of a model: the axes that were put in are found and named, noise is called noise, signs stay."""

import numpy as np
import pytest
from given_vectors import model_of
from scipy.linalg import subspace_angles

import cofactor as cf
from cofactor.data.sources.tastes import AXES, truth
from cofactor.errors import BadOption, Unsupported
from cofactor.interpretation.components import damped
from cofactor.interpretation.factors import factors

PLANTED = {  # the axes of tastes, and genres at their two ends
    "family_scifi": ({"Family", "Animation"}, {"Sci-Fi"}),
    "light_dark": ({"Comedy", "Animation", "Family"}, {"Horror", "Thriller", "Crime"}),
    "blockbuster_arthouse": ({"Action", "Adventure"}, {"Drama"}),
    "heart_nerve": ({"Romance"}, {"Horror", "Thriller", "Action"}),
}


@pytest.fixture(scope="module")
def model(tastes):
    return cf.ExplicitALS(n_factors=8).fit(tastes, progress=False)


@pytest.fixture(scope="module")
def drawn(tastes):
    """The most accurate of the matrix models here, without the genres, which are to name its factors."""
    return cf.BayesianMF(n_factors=8, n_draws=40, n_burn_in=20, attributes=False).fit(tastes, progress=False)


def planted(found):
    """(m, 4) the places of the films on the axes that were put in, damped as those that were found."""
    axes = truth().item_axes[found.rows.idx]
    return damped(axes, found.rows.counts / (found.rows.counts + found.damping))


# ---- tastes, whose truth is known ----------------------------------------------------------------------------


def test_each_planted_axis_lies_in_the_space_of_the_factors(drawn):
    found = factors(drawn, n=4)
    angles = [np.degrees(subspace_angles(found.places, axis[:, None])[0]) for axis in planted(found).T]
    assert max(angles) < 25


def test_the_first_two_factors_are_the_plane_in_which_tastes_differ_most(drawn):
    """The planted axes lie close to each other: two directions hold 95 % of what tastes differ in, and the other two,
    0.12 and 0.09 stars wide beside a noise of 0.7, cannot be found in so few ratings."""
    found = factors(drawn, n=2)
    felt = planted(found) @ np.linalg.cholesky(np.cov(truth().user_axes.T))
    directions, lengths, _ = np.linalg.svd(felt, full_matrices=False)
    assert np.square(lengths[:2]).sum() / np.square(lengths).sum() > 0.94
    assert np.degrees(subspace_angles(found.places, directions[:, :2])).max() < 25


def test_the_factors_are_named_by_the_genres_of_the_planted_axes(drawn):
    """Each of the first three factors, by the planted axis that it is nearest to."""
    found = factors(drawn, n=4, rotation="varimax")
    correlation = np.corrcoef(found.places.T, planted(found).T)[:4, 4:]
    for factor in range(3):
        at = int(np.abs(correlation[factor]).argmax())
        names = found.names()[factor]
        ends = (names.low, names.high)[:: 1 if correlation[factor, at] > 0 else -1]
        for end, words in zip(ends, PLANTED[AXES[at]], strict=True):
            assert words & set(end.split(", ")), (factor, AXES[at], ends)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_signs_survive_a_refit_with_another_seed(model, tastes, seed):
    other = factors(cf.ExplicitALS(n_factors=8, seed=seed).fit(tastes, progress=False), n=4)
    one = factors(model, n=4)
    told_apart = [at for at in range(4) if not any(at in group for group in one.interchangeable)]
    assert told_apart == [0, 1, 2]
    for at in told_apart:
        assert np.corrcoef(one.places[:, at], other.places[:, at])[0, 1] > 0.8


def test_the_high_end_is_the_more_rated(model):
    found = factors(model, n=4)
    assert (np.corrcoef(np.log1p(found.rows.counts), found.places.T)[0, 1:] > 0).all()


def test_users_have_factors_too_named_by_what_they_are_like(model):
    found = factors(model, side="user")
    assert len(found.rows) == 1200
    assert found.rows.names[0] == "u0001"
    assert not found.names()[0].is_noise


def test_on_real_ratings_action_and_drama_lie_at_opposite_ends(ml_100k):
    (names,) = factors(cf.ExplicitALS(n_factors=20).fit(ml_100k, progress=False), n=1).names()
    drama, other = sorted((names.low, names.high), key=lambda end: "Drama" not in end)
    assert "Drama" in drama
    assert "Action" in other


# ---- what is said of noise -------------------------------------------------------------------------------------


def test_random_vectors_are_called_noise_in_95_of_100_cases():
    """Of 200 tries about 10: 1 to 21 by the binomial law, but for one in 1,000."""
    rng = np.random.default_rng(0)
    genres = np.array(["|".join(w for w in "ABCDEFGH" if rng.random() < 0.2) for _ in range(120)], object)
    model = model_of(np.zeros((120, 3)), rng.integers(5, 200, 120), genres=genres, year=rng.integers(1920, 2020, 120))
    named = 0
    for _ in range(200):
        model.vectors_ = rng.normal(size=(120, 3)).astype(np.float32)
        named += not factors(model, n=1).names()[0].is_noise
    assert 1 <= named <= 21


def test_axes_of_a_round_cloud_are_said_to_be_interchangeable():
    vectors = np.random.default_rng(0).normal(size=(500, 3)) * [5, 1, 1]
    found = factors(model_of(vectors), n=3)
    assert found.interchangeable == ((1, 2),)
    assert "factors 1 and 2 have nearly equal variances: other data may mix them" in str(found)
    assert "factor 1 and those after it have nearly equal variances" in str(factors(model_of(vectors), n=2))


def test_without_attributes_nothing_but_the_number_of_ratings_can_name_an_axis():
    found = factors(model_of(np.random.default_rng(0).normal(size=(50, 2))), n=1)
    assert str(found.names()[0]) == "there are no attributes to name it by"


# ---- damping, rotation ----------------------------------------------------------------------------------------


def test_rarely_rated_items_do_not_crowd_the_ends():
    """Item 0 was rated once and lies farthest out; of 100 ratings item 1 lies nearly as far."""
    vectors = np.concatenate([[[6.0], [5.0]], np.random.default_rng(0).normal(size=(40, 1))])
    model = model_of(vectors, [1, 100, *[50] * 40])
    outermost = [{names[0] for names in factors(model, 1, damping=d).extremes(0, 1)} for d in (0, 20)]
    assert "0" in outermost[0]
    assert "0" not in outermost[1]
    assert "1" in outermost[1]


def test_a_row_of_as_many_ratings_as_the_damping_stands_half_way():
    model = model_of([[-1.0], [1.0], [1.0], [-1.0]], [20, 20, 20, 20])
    whole, half = (np.abs(factors(model, 1, damping=d).places) for d in (0, 20))
    np.testing.assert_allclose(half, whole / 2)


def test_a_rotation_moves_axes_within_their_space_and_keeps_distances(model):
    plain, rotated = factors(model, n=4), factors(model, n=4, rotation="varimax")
    assert np.square(rotated.places).var(axis=0).sum() > np.square(plain.places).var(axis=0).sum()
    np.testing.assert_allclose(rotated.places @ rotated.places.T, plain.places @ plain.places.T, atol=1e-8)
    assert rotated.shares.sum() == pytest.approx(plain.shares.sum())
    assert (np.diff(rotated.shares) <= 0).all()


def test_shares_fall_and_are_parts_of_one(model):
    shares = factors(model, n=8).shares
    assert (np.diff(shares) <= 0).all()
    assert shares.sum() == pytest.approx(1)


# ---- answers --------------------------------------------------------------------------------------------------


def test_two_axes_are_chosen_freely(model):
    found = factors(model, n=4)
    np.testing.assert_array_equal(found.plane(3, 1), found.places[:, [3, 1]])


def test_tables_are_keyed_by_id_and_say_how_often_each_was_rated(model):
    found = factors(model, n=2)
    assert found.table().columns == ["item", "title", "ratings", "factor_0", "factor_1"]
    ends = found.axis(1).extremes_table(3)
    assert ends.columns == ["end", "item", "title", "ratings", "rank", "place"]
    assert ends["title"].to_list() == [name for end in found.extremes(1, 3) for name in end]
    assert (ends["ratings"] == model.ratings.item_counts[model.ratings.items.index_of(ends["item"])]).all()


def test_what_is_shown_names_both_ends(model):
    text = str(factors(model, n=2))
    assert text.startswith("factors of 547 items")
    for names in factors(model, n=2).names():
        assert names.low in text
        assert names.high in text


def test_the_same_model_gives_the_same_factors(model):
    np.testing.assert_array_equal(factors(model).places, factors(model).places)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 9}, "between 1 and 8"),
        ({"damping": -1}, "damping counts ratings, 0 or more, but -1.0 came"),
        ({"min_ratings": 0}, "min_ratings counts ratings, 1 or more"),
        ({"min_ratings": 10_000}, "No item has 10,000 ratings"),
        ({"rotation": "promax"}, "rotation must be one of varimax or None"),
        ({"side": "film"}, "side must be one of user, item"),
    ],
)
def test_options_out_of_range_are_refused(model, options, message):
    with pytest.raises(BadOption, match=message):
        factors(model, **options)


def test_a_factor_that_there_is_not_is_refused(model):
    with pytest.raises(BadOption, match="There are factors 0 to 1, but 2 came"):
        factors(model).axis(2)


def test_a_model_without_vectors_says_so(tastes):
    with pytest.raises(Unsupported, match="no vectors"):
        factors(cf.Bias().fit(tastes))
