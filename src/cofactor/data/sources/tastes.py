"""tastes: a synthetic data set whose truth is known, over a catalogue of real films; needs no network.

The films, their years and genres are facts. Their places on four taste axes were set by hand and stand beside
them in `tastes_catalogue.csv`. The people and all of their ratings are generated:

    score  =  MEAN + generosity of the user + quality of the film + taste · axes + noise
    rating =  score, rounded to whole stars and clipped to 1..5

Who rates what is not by chance: everybody has heard of the famous films, people watch what they expect to
like, and a few people rate many times more than most. Age says a little about taste.

Scores are whole numbers, in ten-thousandths of a star, and sums of whole numbers stand in for normal draws,
because exp, log and matrix products in floating point may differ in the last bit between machines: the same
seed gives the same table everywhere.
"""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.data.sources._drawing import activity, bell, most_attended, streams, times, user_ids
from cofactor.data.sources._tastes_films import AXES, films

__all__ = ["AXES", "NAMES", "Truth", "load", "tables", "truth"]

NAMES = ("tastes",)

STAR = 10_000  # one star, in the unit of all scores here
MEAN = 30_000
# standard deviations of what is drawn: taste in thousandths of a star, the others in the unit of scores
SPREAD = {
    "generosity": 4_000,
    "taste": 300,
    "quality": 1_000,
    "noise": 7_000,
    "survey": 5_000,
    "attention": 10_000,
}
WORTH_OF_QUALITY = 3_500  # a step of the catalogue's quality, 1..9; 7 is the usual film
PULL_OF_FAME = 5_500  # a step of the catalogue's fame, 1..9; compare the spread of attention
PULL_OF_TASTE = 9  # tenths of the score that they expect from the film

AGE_GROUPS = ("under 18", "18-24", "25-34", "35-44", "45-54", "55+")
AGE_SHARES = (8, 22, 28, 20, 12, 10)  # percent
# what each kind of viewer likes, in thousandths of a star for a whole step along each axis
VIEWERS = {
    "family": (-750, -450, -350, -150),
    "blockbuster": (650, -150, -550, 250),
    "cinephile": (50, 350, 750, 0),
    "romantic": (-350, -250, 50, -800),
    "thrill": (250, 650, -50, 650),
}
VIEWER_SHARES = (  # percent of each age group, in the order of VIEWERS
    (45, 30, 3, 12, 10),
    (12, 38, 8, 17, 25),
    (15, 28, 15, 17, 25),
    (28, 20, 20, 16, 16),
    (22, 12, 30, 20, 16),
    (20, 7, 38, 25, 10),
)
# the genres that people are asked to name their favourite of
SURVEY = ("Action", "Animation", "Comedy", "Drama", "Horror", "Romance", "Sci-Fi", "Thriller")

FEWEST_RATINGS = 15


@dataclass(frozen=True, eq=False)
class Truth:
    """The parameters that the ratings were generated from; rows are those of `load`'s users and items.

    item_axes: (n_items, 4), -1..1     user_axes: (n_users, 4), stars for a whole step along each axis
    item_bias, user_bias: stars     mean: stars     noise_sd: stars, before rounding
    best_possible_rmse: what remains when everything but the noise is known; no honest model gets below it
    """

    axis_names: tuple[str, ...]
    item_axes: FloatArray
    user_axes: FloatArray
    item_bias: FloatArray
    user_bias: FloatArray
    mean: float
    noise_sd: float
    best_possible_rmse: float

    def score(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """The score of each pair before noise, rounding and clipping, in stars."""
        affinity = np.einsum("nf,nf->n", self.user_axes[user_idx], self.item_axes[item_idx])
        return self.mean + self.user_bias[user_idx] + self.item_bias[item_idx] + affinity


def load(name: str = "tastes", *, n_users: int = 1200, seed: int = 42) -> Ratings:
    """The generated ratings, labelled synthetic; ids like "u0001" and "inception-2010"."""
    world = _generate(n_users, seed)
    catalogue = films()
    return Ratings(
        users=IdMap.of(user_ids(n_users), "user"),
        items=IdMap.of(catalogue.columns["item"], "item"),
        user_idx=world.user_idx.astype(np.int32),
        item_idx=world.item_idx.astype(np.int32),
        values=world.stars.astype(np.float32),
        timestamps=world.timestamps,
        scale=(1.0, 5.0),
        titles=catalogue.columns["title"],
        item_attributes={"year": catalogue.columns["year"], "genres": catalogue.columns["genres"]},
        user_attributes={"age_group": world.age_group, "favourite_genre": world.favourite_genre},
        name=name,
        synthetic=True,
    )


def tables(n_users: int = 1200, seed: int = 42) -> dict[str, dict[str, Array]]:
    """The same as three plain tables of columns: "ratings" (in the order of time), "items" and "users"."""
    world, catalogue, users = _generate(n_users, seed), films(), user_ids(n_users)
    ratings = {
        "user": users[world.user_idx],
        "item": catalogue.columns["item"][world.item_idx],
        "rating": world.stars,
        "timestamp": world.timestamps,
    }
    people = {"user": users, "age_group": world.age_group, "favourite_genre": world.favourite_genre}
    return {"ratings": ratings, "items": dict(catalogue.columns), "users": people}


def truth(n_users: int = 1200, seed: int = 42) -> Truth:
    """The parameters that `load` generates its ratings from, with the same arguments."""
    world = _generate(n_users, seed)
    known = (world.scores / STAR)[world.user_idx, world.item_idx]
    noise_sd = SPREAD["noise"] / STAR
    rest = world.stars - _expected_stars(known, noise_sd)
    return Truth(
        axis_names=AXES,
        item_axes=films().axes / 10,
        user_axes=world.tastes / 1000,
        item_bias=world.quality / STAR,
        user_bias=world.generosity / STAR,
        mean=MEAN / STAR,
        noise_sd=noise_sd,
        best_possible_rmse=float(np.sqrt(np.mean(rest**2))),
    )


def _expected_stars(score: FloatArray, noise_sd: float) -> FloatArray:
    """The mean of the rounded and clipped rating: 1 and one more for each threshold it gets over."""
    from scipy.special import ndtr  # only the truth needs it; the table itself is whole numbers

    thresholds = np.array([1.5, 2.5, 3.5, 4.5])
    return 1.0 + ndtr((score[..., None] - thresholds) / noise_sd).sum(axis=-1)


@dataclass(frozen=True, eq=False)
class _World:
    """The people, what they think of each film, and the ratings that came of it."""

    tastes: IntArray  # (n_users, 4), thousandths of a star
    generosity: IntArray  # (n_users,), STAR
    quality: IntArray  # (n_items,), STAR
    scores: IntArray  # (n_users, n_items), STAR, before noise
    age_group: Array
    favourite_genre: Array
    user_idx: IntArray  # one entry a rating from here on, in the order of time
    item_idx: IntArray
    stars: IntArray
    timestamps: IntArray


def _generate(n_users: int, seed: int) -> _World:
    catalogue = films()
    people, attention, opinion, clock = streams(seed, 4, n_users)

    age, tastes = _people(people, n_users)
    generosity = bell(people, (n_users,), SPREAD["generosity"])
    liking = tastes @ catalogue.genre_axes(SURVEY).T + bell(people, (n_users, len(SURVEY)), SPREAD["survey"])
    quality = WORTH_OF_QUALITY * (catalogue.quality - 7) + bell(opinion, catalogue.quality.shape, SPREAD["quality"])
    affinity = tastes @ catalogue.axes.T  # thousandths times tenths: STAR
    scores = MEAN + generosity[:, None] + quality + affinity

    user_idx, item_idx = _who_rates_what(attention, catalogue.fame, affinity)
    heard = scores[user_idx, item_idx] + bell(opinion, user_idx.shape, SPREAD["noise"])
    stars = np.clip((heard + STAR // 2) // STAR, 1, 5)
    timestamps = times(clock, user_idx, n_users)
    order = np.lexsort((user_idx, timestamps))
    return _World(
        tastes, generosity, quality, scores,
        np.array(AGE_GROUPS, object)[age], np.array(SURVEY, object)[liking.argmax(axis=1)],
        user_idx[order], item_idx[order], stars[order], timestamps[order],
    )  # fmt: skip


def _people(rng: np.random.Generator, n_users: int) -> tuple[IntArray, IntArray]:
    """The age group (n_users,) and the taste (n_users, 4) of each person."""
    age = np.searchsorted(np.cumsum(AGE_SHARES), rng.integers(100, size=n_users), side="right")
    drawn = rng.integers(100, size=n_users)
    viewer = (drawn[:, None] >= np.cumsum(VIEWER_SHARES, axis=1)[age]).sum(axis=1)
    typical = np.array(list(VIEWERS.values()))[viewer]
    return age, typical + bell(rng, typical.shape, SPREAD["taste"])


def _who_rates_what(rng: np.random.Generator, fame: IntArray, affinity: IntArray) -> tuple[IntArray, IntArray]:
    """Each person rates the films that get most of their attention, as many as they have patience for."""
    n_ratings = activity(rng, len(affinity), FEWEST_RATINGS, affinity.shape[1] // 2)
    attention = PULL_OF_FAME * fame + PULL_OF_TASTE * affinity // 10
    return most_attended(attention + bell(rng, affinity.shape, SPREAD["attention"]), n_ratings)
