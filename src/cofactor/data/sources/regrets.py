"""regrets: a synthetic data set whose truth is known: people click on what draws them, and regret some of it later.

Nothing in it is real: 320 clips of 8 topics, and people who watch them.

    pull     =  interest in the topic + fame + worth + lure · weakness of the person
    gladness =  usual gladness + interest in the topic + worth - cost
    regret   :  gladness + mood of the day is below 0

People click on what pulls them most, as many clips as they have patience for. A few clips are *bait*: they lure, and
cost, so that those who watched them mostly regret it. A few others are *quiet*: worth much, known to few. Nobody's
clicks tell the one from the other. Some people were asked of each clip they had watched whether they regret it; the
share who do is the value of a clip (`asked`), which is all that a real service could know.

Like `tastes`, it is drawn in whole numbers, so that the same seed gives the same table on every machine.
"""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray, object_array
from cofactor.data.ids import IdMap
from cofactor.data.item_values import ItemValues
from cofactor.data.ratings import Ratings
from cofactor.data.sources._drawing import activity, bell, most_attended, streams, times, user_ids

__all__ = ["NAMES", "TOPICS", "Truth", "asked", "load", "truth"]

NAMES = ("regrets",)

TOPICS = ("Animals", "Cooking", "Gossip", "History", "Music", "Pranks", "Science", "Travel")
N_CLIPS = 320  # as many of each topic
N_BAIT, N_QUIET = 40, 40
# standard deviations of what is drawn, in points
SPREAD = {"interest": 6_000, "fame": 5_000, "worth": 3_000, "attention": 9_000, "mood": 6_000}
USUAL_GLADNESS = 6_000
LURE, COST = 9_000, 14_000  # of bait
QUIET_WORTH, QUIET_FAME = 7_000, -9_000
WEAKEST, STRONGEST = 400, 1_600  # thousandths of the lure that reach a person
FEWEST_CLICKS = 15
N_ASKED, FEWEST_ANSWERS = 400, 5  # people; a clip that fewer of them had watched has no value
ASKED_ON = "2026-01-01"


@dataclass(frozen=True, eq=False)
class Truth:
    """The parameters that the clicks were generated from; rows are those of `load`'s users and items.

    bait, quiet: (n_items,) True for the clips of either kind     weakness: (n_users,) 1 for the usual one
    pull, gladness: (n_users, n_items), points     mood_sd: points
    """

    bait: BoolArray
    quiet: BoolArray
    weakness: FloatArray
    pull: IntArray
    gladness: IntArray
    mood_sd: float

    def regret(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """The probability that each user regrets having watched each item, 0 to 1; shapes are broadcast."""
        from scipy.special import ndtr  # only the truth needs it; the table itself is whole numbers

        return ndtr(-self.gladness[user_idx, item_idx] / self.mood_sd)


def load(name: str = "regrets", *, n_users: int = 1000, seed: int = 42) -> Ratings:
    """The generated clicks, labelled synthetic; ids like "u0001" and "music-07"."""
    world = _generate(n_users, seed)
    return Ratings(
        users=IdMap.of(user_ids(n_users), "user"),
        items=IdMap.of(_clip_ids(), "item"),
        user_idx=world.user_idx.astype(np.int32),
        item_idx=world.item_idx.astype(np.int32),
        values=np.ones(len(world.user_idx), np.float32),
        kind="clicks",
        timestamps=world.timestamps,
        titles=object_array([one.replace("-", " ").capitalize() for one in _clip_ids()]),
        item_attributes={"topic": object_array([TOPICS[at] for at in _topics()])},
        name=name,
        synthetic=True,
    )


def asked(n_users: int = 1000, seed: int = 42) -> ItemValues:
    """The share of those who had watched a clip, among the people who were asked, that regret it, with its standard
    error (of the share with two answers of either kind more, which is not 0 where all agree [agresti1998]).

    A clip that fewer than five of them had watched has no value.
    """
    world = _generate(n_users, seed)
    answered = world.user_idx < min(N_ASKED, n_users)  # users are in no order: the first are as good as any
    clip, regrets = world.item_idx[answered], world.regretted[answered]
    n_answers = np.bincount(clip, minlength=N_CLIPS)
    shares = np.bincount(clip, regrets, minlength=N_CLIPS) / np.maximum(n_answers, 1)
    known = n_answers >= FEWEST_ANSWERS
    adjusted = (shares * n_answers + 2) / (n_answers + 4)
    errors = np.sqrt(adjusted * (1 - adjusted) / (n_answers + 4))
    values, standard_errors, n = (
        dict(zip(_clip_ids()[known].tolist(), one[known].tolist(), strict=True)) for one in (shares, errors, n_answers)
    )
    return ItemValues(
        "regret", values, higher_is_better=False, set_by="the generated survey of regrets (synthetic)",
        set_on=ASKED_ON, n_people=min(N_ASKED, n_users), standard_errors=standard_errors, n_answers=n,
    )  # fmt: skip


def truth(n_users: int = 1000, seed: int = 42) -> Truth:
    """The parameters that `load` generates its clicks from, with the same arguments."""
    world = _generate(n_users, seed)
    return Truth(world.bait, world.quiet, world.weakness / 1000, world.pull, world.gladness, float(SPREAD["mood"]))


@dataclass(frozen=True, eq=False)
class _World:
    """The clips, the people, and the clicks that came of both."""

    bait: BoolArray
    quiet: BoolArray
    weakness: IntArray  # (n_users,), thousandths
    pull: IntArray  # (n_users, n_items), points, as all of these
    gladness: IntArray
    user_idx: IntArray  # one entry a click from here on, in the order of time
    item_idx: IntArray
    regretted: BoolArray
    timestamps: IntArray


def _generate(n_users: int, seed: int) -> _World:
    clips, people, attention, mood, clock = streams(seed, 5, n_users)

    order = clips.permutation(N_CLIPS)
    bait, quiet = np.isin(np.arange(N_CLIPS), order[:N_BAIT]), np.isin(np.arange(N_CLIPS), order[-N_QUIET:])
    worth = bell(clips, (N_CLIPS,), SPREAD["worth"]) + QUIET_WORTH * quiet
    fame = bell(clips, (N_CLIPS,), SPREAD["fame"]) + QUIET_FAME * quiet
    interest = bell(people, (n_users, len(TOPICS)), SPREAD["interest"])[:, _topics()]
    weakness = people.integers(WEAKEST, STRONGEST + 1, size=n_users)
    pull = interest + fame + worth + weakness[:, None] * (LURE * bait) // 1000
    gladness = USUAL_GLADNESS + interest + worth - COST * bait

    n_clicks = activity(attention, n_users, FEWEST_CLICKS, N_CLIPS // 2)
    user_idx, item_idx = most_attended(pull + bell(attention, pull.shape, SPREAD["attention"]), n_clicks)
    regretted = gladness[user_idx, item_idx] + bell(mood, user_idx.shape, SPREAD["mood"]) < 0
    timestamps = times(clock, user_idx, n_users)
    by_time = np.lexsort((user_idx, timestamps))
    return _World(
        bait, quiet, weakness, pull, gladness,
        user_idx[by_time], item_idx[by_time], regretted[by_time], timestamps[by_time],
    )  # fmt: skip


def _topics() -> IntArray:
    """(n_items,) the place of each clip's topic in `TOPICS`."""
    return np.arange(N_CLIPS) % len(TOPICS)


def _clip_ids() -> Array:
    numbers = np.arange(N_CLIPS) // len(TOPICS) + 1
    return object_array([f"{TOPICS[topic].lower()}-{number:02d}" for topic, number in zip(_topics(), numbers)])
