"""A blend: several models' scores in one weighted sum, with weights learned on ratings that none of them has seen.

Breiman, "Stacked regressions", Machine Learning 1996 [breiman1996]; how the weights are found is in `blending/`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.contract.abilities import Abilities, unsupported
from cofactor.contract.learned import doubles, number
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.contract.steps import Side
from cofactor.errors import BadModelFolder, BadOption, counted, verb_of
from cofactor.models._with_members import AsGiven, WithMembers, as_member, as_members, as_option, expect_share
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from cofactor.blending.weights import BlendWeights
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["Blend"]

DEFAULTS = {True: ("bayesian_mf", "matrix_factorization"), False: ("ease", "implicit_mf")}  # by `Ratings.explicit`
MAX_USERS = 5_000  # whose lists the weights are learned on; more change them no more
MIN_SPREAD = 1e-12  # of scores, which are otherwise all alike
LARGEST = float(np.finfo(np.float32).max)


@dataclass(kw_only=True)
class Blend(WithMembers):
    """Σ_m weight_m · score_m, weights of 0 or more, found on a part of the training ratings that is held out for it.

    Where all members predict ratings, so does the blend: weights and an intercept by least squares. Otherwise it
    ranks: scores are standardised for each user, and the weights are those of the highest nDCG@20. Then every member
    learns from all training ratings. Members are always fitted anew, as copies: those given stay as they are.
    """

    learned: ClassVar = {
        "weights_": doubles("n_members"), "intercept_": number(), "members_reach_": doubles("n_members"),
        "blend_reaches_": number(),
    }  # fmt: skip
    objective: ClassVar = (
        "Of each member its own. Of their sum: small errors of predictions, or, of models that rank, what somebody "
        "took near the top of their list (nDCG@20), both on ratings that were kept back."
    )

    members: Sequence[AsGiven] = field(default=(), kw_only=False)  # none: two that suit
    weights: tuple[float, ...] | None = None  # one a member, 0 or more; None: learned
    held_out: float = 0.1  # share of the training ratings on which the weights are learned
    seed: int = 0  # of that part

    def _conform_options(self) -> None:
        self.members = as_members(self.members)
        super()._conform_options()

    # ---- what it can do: what all its members can ---------------------------------------------------------

    @property
    def abilities(self) -> Abilities:
        explicit = not hasattr(self, "ratings_") or self.ratings_.explicit
        parts = [one.abilities for one in self._parts]
        predicts = explicit and all(one.predicts for one in parts)
        return Abilities(
            predicts=predicts,
            personal=not parts or any(one.personal for one in parts),
            folds_in=all(one.folds_in for one in parts),
            places_items=all(one.places_items for one in parts),
            has_vectors=any(one.has_vectors for one in parts),
            has_item_weights=any(one.has_item_weights for one in parts),
            gives_reasons=all(one.gives_reasons for one in parts)
            and (predicts or not any(map(_lists_otherwise, parts))),
            reasons_add_up=all(one.reasons_add_up for one in parts),
        )

    @property
    def _given(self) -> tuple[Recommender, ...]:
        return as_members(self.members)

    def options(self) -> dict[str, Any]:
        return {
            "members": tuple(map(as_option, self._given)),
            "weights": self.weights, "held_out": self.held_out, "seed": self.seed,
        }  # fmt: skip

    def _check_options(self) -> None:
        if len(self.members) == 1:
            raise BadOption(f"A blend needs at least 2 members, but only {self._given[0]!r} came.")
        if self.weights is not None and (len(self.weights) != len(self.members) or min(self.weights) < 0):
            raise BadOption(
                f"weights are numbers of 0 or more, one for each of the {len(self.members)} members, but "
                f"{self.weights} came."
            )
        expect_share(self.held_out)

    # ---- training -----------------------------------------------------------------------------------------

    def _fit(self, train: "Ratings", run: "Run") -> None:
        """Every member is fitted twice, unless weights are given: without the held-out ratings, and with all.

        `weights_` holds the weights, `members_reach_` and `blend_reaches_` what each member and the blend reach on
        the held-out ratings (RMSE or nDCG@20; the blend: on users whose ratings did not choose the weights).
        """
        from cofactor.data.splits.splitting import split

        if self.weights is not None:
            self._learn_own(train)
            self.fitted_ = tuple(self._fit_each(train, run))
            return
        predicts = train.explicit and all(one.abilities.predicts for one in self._new(train))
        part, rest = split(train, self.held_out, by="random" if predicts else "user", seed=self.seed)
        trial = self._fit_each(part, run)
        found = self._weigh_predictions(trial, rest) if predicts else self._weigh_lists(trial, part, rest)
        self.weights_, self.intercept_ = found.weights, found.intercept
        self.members_reach_, self.blend_reaches_ = found.members, found.blend
        self.fitted_ = self._fit_members(train, run, trial)

    def _learn_own(self, train: "Ratings") -> None:
        if self.weights is None:
            raise BadOption("The weights of a blend are learned where it is fitted. Give them here, as weights=(1, 1).")
        self.weights_, self.intercept_ = np.array(self.weights, np.float64), 0.0
        self.members_reach_, self.blend_reaches_ = np.zeros(len(self.weights)), 0.0  # nothing was measured

    @property
    def _learns_own(self) -> bool:
        return self.weights is None

    def _new(self, train: "Ratings") -> tuple[Recommender, ...]:
        return tuple(as_member(one) for one in self._given or DEFAULTS[train.explicit])

    def _weigh_predictions(self, members: Sequence[Recommender], rest: "Ratings") -> "BlendWeights":
        from cofactor.blending.ratings import blend_ratings

        predicted = [one.score_pairs(rest.user_idx, rest.item_idx, rest.timestamps) for one in members]
        in_first = np.random.default_rng(self.seed).permutation(rest.n_users) % 2 == 0
        return blend_ratings(np.column_stack(predicted), rest.values, in_first[rest.user_idx])

    def _weigh_lists(self, members: Sequence[Recommender], part: "Ratings", rest: "Ratings") -> "BlendWeights":
        from cofactor.blending.candidates import list_candidates
        from cofactor.blending.lists import blend_lists
        from cofactor.data.relevance import lowest_relevant

        lowest = lowest_relevant(part, rest)
        wanted = rest if lowest is None else rest.subset(rest.values >= np.float32(lowest))
        users = np.random.default_rng(self.seed).permutation(np.unique(wanted.user_idx))[:MAX_USERS]
        if len(users) < 2:
            raise BadOption(
                f"{counted(len(users), 'user')} {verb_of(len(users), 'have')} relevant ratings in the held-out "
                f"{self.held_out:.0%} of {part.name!r}, too few to learn a blend's weights from. Raise held_out, or "
                f"give it more ratings."
            )
        return blend_lists(list_candidates(members, users, wanted), np.arange(len(users)) % 2 == 0)

    # ---- answers ------------------------------------------------------------------------------------------

    def notes(self) -> tuple[str, ...]:
        names = [type(one).__name__ for one in self.fitted]
        weights = ", ".join(f"{name} {weight:.3f}" for name, weight in zip(names, self.weights_, strict=True))
        return (
            *super().notes(),
            f"Weights: {weights}{f'; plus {self.intercept_:.3f}' if self.intercept_ else ''}.",
            *([] if self.weights is not None else [self._reached()]),
            *self._who_answers(),
        )

    def _reached(self) -> str:
        names = [type(one).__name__ for one in self.fitted]
        metric = "RMSE" if self.abilities.predicts else "nDCG@20"
        reach = ", ".join(f"{name} {value:.4f}" for name, value in zip(names, self.members_reach_, strict=True))
        return (
            f"{metric} on the held-out {self.held_out:.0%}: {reach}; the blend {self.blend_reaches_:.4f}, "
            f"{self.gain:+.2%} against the best member."
        )

    def _who_answers(self) -> list[str]:
        """Which member says what is similar, of what no sum can be made."""
        abilities = self.abilities
        asked = {"Similar items": "compares_items", "Similar users and vectors": "has_vectors"}
        names = {what: type(self._answering(one)).__name__ for what, one in asked.items() if getattr(abilities, one)}
        return [f"{what} are those of {name}." for what, name in names.items()]

    @property
    def gain(self) -> float:
        """The share by which the blend is better than its best member on the held-out ratings; below 0: worse."""
        best = float(min(self.members_reach_) if self.abilities.predicts else max(self.members_reach_))
        of_nothing = 1.0 if self.blend_reaches_ == 0 else math.inf  # a best member that reaches 0
        ratio = self.blend_reaches_ / best if best else of_nothing
        return (ratio - 1) * (-1 if self.abilities.predicts else 1)

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return self._sum([one.score_users(user_idx) for one in self._counting])

    def score_profile(self, profile: UserProfile) -> FloatArray:
        return self._sum([one.score_profile(profile)[None] for one in self._counting])[0]

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        if not self.abilities.predicts:  # scores are standardised over a user's whole row
            return super().score_pairs(user_idx, item_idx)
        return self._sum([one.score_pairs(user_idx, item_idx, timestamps) for one in self._counting])

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """The weighted sum of the members' reasons; standardised, each is divided by the spread of the user's scores.

        Raises `Unsupported` where a member gives no reasons, or none of what its lists are ordered by.
        """
        if not self.abilities.gives_reasons:
            raise unsupported(self, "gives_reasons")
        found = Reasons(self.intercept_)
        for weight, one in zip(self.weights_[self._which].tolist(), self._counting, strict=True):
            centre, spread = (0.0, 1.0) if self.abilities.predicts else _centre_and_spread(one, who)
            reasons = one.reasons(who, item_idx).on_score_scale().plus(Reasons(-centre))
            found = found.plus(reasons.times(weight / spread))
        return found

    def similarity(self, side: Side, idx: int) -> FloatArray:
        """(n,) similarities by the member of the largest weight that compares such rows; `notes` names it."""
        return self._answering(f"compares_{side}s").similarity(side, idx)

    def row_vectors(self, side: Side) -> FloatArray:
        """Those of the member of the largest weight that has vectors; `notes` names it."""
        return self._answering("has_vectors").row_vectors(side)

    def _answering(self, ability: str) -> Recommender:
        able = [at for at, one in enumerate(self.fitted) if getattr(one.abilities, ability)]
        if not able:
            raise unsupported(self, ability)
        return self.fitted[max(able, key=lambda at: float(self.weights_[at]))]

    @property
    def _counting(self) -> list[Recommender]:
        """Members whose weight is not 0: the others need not be asked."""
        return [self.fitted[at] for at in self._which]

    @property
    def _which(self) -> IntArray:
        """At least one, for the shape of its answers."""
        counting = np.flatnonzero(self.weights_)
        return counting if len(counting) else np.zeros(1, np.int64)

    def _sum(self, scores: list[FloatArray]) -> FloatArray:
        from cofactor.blending.lists import standardised

        parts = scores if self.abilities.predicts else map(standardised, scores)
        total = np.full(scores[0].shape, self.intercept_, np.float64)
        for weight, part in zip(self.weights_[self._which], parts, strict=True):
            total += weight * part.astype(np.float64)  # what each predicts is finite in float32, but not always the sum
        return np.clip(total, -LARGEST, LARGEST).astype(np.float32)

    def check_learned(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        super().check_learned(learned, ratings)
        n_weights, n_members = len(learned["weights_"]), len(self._new(ratings))
        if n_weights != n_members:
            raise BadModelFolder(f"There are {n_weights} weights for the {n_members} members of a blend.")


def _lists_otherwise(of: Abilities) -> bool:
    """True of a member whose reasons are of its predictions, and its lists ordered by something else."""
    return of.predicts and not of.lists_by_prediction


def _centre_and_spread(member: Recommender, who: int | UserProfile) -> tuple[float, float]:
    """Those by which `standardised` changes a user's scores."""
    is_new = isinstance(who, UserProfile)
    scores = member.score_profile(who) if is_new else member.score_users(np.array([who]))[0]
    spread = float(scores.std())
    return float(scores.mean()), spread if spread > MIN_SPREAD else 1.0
