"""`second_objective`: what lists gain in a value of items, and what they lose in engagement, as its weight grows."""

from collections.abc import Sequence

import numpy as np

from cofactor.audit.objective.blended_lists import BlendedLists, blended_lists
from cofactor.audit.objective.measures import measures_of
from cofactor.audit.objective.pushed_items import pushed_by
from cofactor.audit.objective.result import ObjectiveSetting, Pusher, SecondObjective
from cofactor.audit.popularity_lists import AuditedUsers
from cofactor.audit.popularity_measures import MeasuredUsers
from cofactor.contract.value_blend import expect_item_values, share_of
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.item_values import ItemValues
from cofactor.errors import BadOption, shown
from cofactor.evaluation.bootstrap import check_level, interval, resample
from cofactor.hyperparameters import conformed, seed_of
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model

__all__ = ["WEIGHTS", "second_objective"]

WEIGHTS = tuple(tenths / 10 for tenths in range(11))


def second_objective(
    model: Recommender, test: RatingsOrFrame, values: ItemValues, *, weights: Sequence[float] = WEIGHTS, k: int = 10,
    relevant: float | None = None, confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0,
) -> SecondObjective:  # fmt: skip
    """The trade-off between what a fitted model predicts and a value of items, for lists at each weight of the value.

    test: ratings the model has not seen, or a table of them; its users with training ratings are audited
    values: the second objective     weights: how much it counts, 0 to 1; the model alone, 0, and the values alone, 1,
    are always among them     k: the length of the lists     relevant, confidence, n_bootstrap, seed: as in `evaluate`

    Lists are those of `recommend(..., item_values=values, value_weight=weight)`. Of each are measured

    - engagement: the mean of what the model predicts of its items, 1 for the user's best item and 0 for the last
    - ndcg, recall: on the test, as in `evaluate`
    - value: the mean of its items' values, in their own unit; items without one are left out

    and the changes of these from the model alone, by groups of users: by taste, from niche to blockbuster, and by
    activity, as in `popularity_bias`. An item is pushed by the model alone where more of its lists than of those by the
    values alone hold it and its value is worse than the mean of all; by the values alone the other way round. Where the
    values have standard errors, the whole interval of an item's value must lie on that side.

    Raises `BadOption` for options out of range and a test none of whose users is in the training ratings, `UnknownIds`
    for values of other items; `Leak`, `BadTable` and `NotFitted` as `evaluate` does.
    """
    expect_model(model, "second_objective audits")
    model = model.snapshot()
    values = expect_item_values(values, "second_objective takes")
    test = as_ratings(test, "second_objective audits on", like=model.ratings)
    asked, k, seed = _checked_weights(weights), list_length(k, "k"), seed_of(seed)
    confidence, n_bootstrap = check_level(confidence, n_bootstrap)
    aligned = values.aligned(model.ratings)
    users = AuditedUsers.of(model.ratings, test, conformed("relevant", float | None, relevant))
    better = values.higher_is_better
    lists = blended_lists(model, users, aligned.values, asked, k, higher_is_better=better)
    statistics = dict(measures_of(lists, aligned.values, MeasuredUsers(users, None)))
    samples = resample(statistics, n_bootstrap, seed)
    pushers: dict[Pusher, tuple[BlendedLists, BlendedLists]] = {
        "model": (lists[0], lists[-1]), "values": (lists[-1], lists[0]),
    }  # fmt: skip
    return SecondObjective(
        model=type(model).__name__, objective=model.objective, not_optimised=model.not_optimised, name=values.name,
        origin=values.origin, higher_is_better=better,
        setting=ObjectiveSetting.of(users, aligned, asked, k, confidence, n_bootstrap),
        intervals={name: interval(one, samples[name], confidence) for name, one in statistics.items()},
        pushed_items={
            by: pushed_by(
                *both, aligned, model.ratings, better=by == "values", higher_is_better=better, confidence=confidence
            )
            for by, both in pushers.items()
        },
        library=test.library,
    )  # fmt: skip


def _checked_weights(given: Sequence[float]) -> list[float]:
    """The weights, ascending, the model alone and the values alone among them."""
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise BadOption(f"weights lists numbers from 0 to 1, such as [0, 0.3, 1], but {shown(given)} came.")
    return sorted({0.0, 1.0, *(share_of("weights", one) for one in given)})
