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
from cofactor.data.sources._tastes_films import AXES, films
from cofactor.errors import BadOption

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
OPENED, YEARS_OPEN = 1_577_836_800, 5  # 2020-01-01 00:00 UTC; no film of the catalogue is younger
DAY = 86_400


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
        users=IdMap.of(_user_ids(n_users), "user"),
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
    world, catalogue, users = _generate(n_users, seed), films(), _user_ids(n_users)
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


def _user_ids(n_users: int) -> Array:
    return np.array([f"u{n:04d}" for n in range(1, n_users + 1)], object)


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
    if n_users < 1:
        raise BadOption(f"n_users is {n_users}, but the table needs at least one user.")
    catalogue = films()
    # a stream for each part: a change in one leaves the others' draws alone
    streams = np.random.SeedSequence(seed).spawn(4)
    people, attention, opinion, clock = (np.random.Generator(np.random.PCG64(stream)) for stream in streams)

    age, tastes = _people(people, n_users)
    generosity = _bell(people, (n_users,), SPREAD["generosity"])
    liking = tastes @ catalogue.genre_axes(SURVEY).T + _bell(people, (n_users, len(SURVEY)), SPREAD["survey"])
    quality = WORTH_OF_QUALITY * (catalogue.quality - 7) + _bell(opinion, catalogue.quality.shape, SPREAD["quality"])
    affinity = tastes @ catalogue.axes.T  # thousandths times tenths: STAR
    scores = MEAN + generosity[:, None] + quality + affinity

    user_idx, item_idx = _who_rates_what(attention, catalogue.fame, affinity)
    heard = scores[user_idx, item_idx] + _bell(opinion, user_idx.shape, SPREAD["noise"])
    stars = np.clip((heard + STAR // 2) // STAR, 1, 5)
    timestamps = _when(clock, user_idx, n_users)
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
    return age, typical + _bell(rng, typical.shape, SPREAD["taste"])


def _who_rates_what(rng: np.random.Generator, fame: IntArray, affinity: IntArray) -> tuple[IntArray, IntArray]:
    """Each person rates the films that get most of their attention, as many as they have patience for.

    The pairs come user by user, each user's films in the order in which they thought of them.
    """
    n_users, n_items = affinity.shape
    unit = 1.0 - rng.random(n_users)  # (0, 1]; its -1/2th power has the heavy tail of real activity
    n_ratings = FEWEST_RATINGS + (32 * (1.0 / np.sqrt(unit) - 1.0)).astype(np.int64)
    n_ratings = np.minimum(n_ratings, n_items // 2)
    attention = PULL_OF_FAME * fame + PULL_OF_TASTE * affinity // 10
    attention = attention + _bell(rng, affinity.shape, SPREAD["attention"])
    ranked = np.argsort(-attention, axis=1, kind="stable")
    rated = np.arange(n_items) < n_ratings[:, None]
    return np.repeat(np.arange(n_users), n_ratings), ranked[rated]


def _when(rng: np.random.Generator, user_idx: IntArray, n_users: int) -> IntArray:
    """The second of each rating: some seconds after the one before, or, every eighth time, some days."""
    n = len(user_idx)
    first = np.diff(user_idx, prepend=-1) > 0
    new_session = rng.integers(8, size=n) == 0
    pause = np.where(new_session, rng.integers(DAY // 6, 14 * DAY, size=n), rng.integers(5, 90, size=n))
    clock = np.cumsum(np.where(first, 0, pause))
    since_first = clock - clock[first][user_idx]
    span = YEARS_OPEN * 365 * DAY
    since_first = np.minimum(since_first, span)
    longest = np.zeros(n_users, np.int64)
    np.maximum.at(longest, user_idx, since_first)
    joined = (rng.random(n_users) * (span - longest)).astype(np.int64)
    return OPENED + joined[user_idx] + since_first


def _bell(rng: np.random.Generator, shape: tuple[int, ...], spread: int) -> IntArray:
    """Whole numbers, nearly normal, mean 0 and this standard deviation: the sum of twelve uniform draws."""
    drawn = rng.integers(2**16, size=(12, *shape), dtype=np.uint16).sum(axis=0, dtype=np.int64)
    return (drawn - 6 * (2**16 - 1)) * spread // 2**16
