"""`cofactor.popularity_bias`: whom and what a model's lists favour for being popular, beside three controls."""

from collections.abc import Mapping
from typing import Any

from cofactor.audit.attribute_shares import AttributeShares, Calibration
from cofactor.audit.popularity_lists import AuditedUsers, all_lists
from cofactor.audit.popularity_measures import Measure, MeasuredUsers, measures_of
from cofactor.audit.popularity_report import AuditSetting, PopularityBias
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.evaluation.bootstrap import Interval, check_level, interval, resample
from cofactor.evaluation.metrics import exposure
from cofactor.evaluation.statistic import Statistic
from cofactor.hyperparameters import conformed, seed_of
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model

__all__ = ["popularity_bias"]


def popularity_bias(
    model: Recommender, test: RatingsOrFrame, *, k: int = 10, attribute: str | None = None,
    relevant: float | None = None, confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0,
    list_options: Mapping[str, Any] | None = None,
) -> PopularityBias:  # fmt: skip
    """The popularity bias of a fitted model's lists, each measure with its interval and beside three controls.

    test: ratings the model has not seen, or a table of them; its users with training ratings are audited
    k: the length of the lists     attribute: of items, such as "genres", for miscalibration; None: leave it out
    relevant, confidence, n_bootstrap, seed: as in `evaluate`; the seed also draws the lists of chance
    list_options: of `recommend`, to re-rank the model's lists, as {"diversity": 0.3}

    The controls are, for the same users, k of their own training ratings, the most rated items, and random items; all
    but the first without what the user rated in training. Popularity is the number of training ratings. Head and tail
    are told apart in two ways: the head is the most rated fifth of the items, or the fewest items with 80 % of the
    ratings. Niche and blockbuster users are the fifths with the lowest and highest share of the first head in their
    profiles; strata of activity are thirds by training ratings. Measures are defined in `audit/popularity_metrics.py`,
    nDCG, recall, Gini index and coverage in `evaluation/metrics.py`; those of a group of items count its items alone.
    Items with equal scores are taken in catalogue order; a note counts the lists that end among them.

    Raises `BadOption` for options out of range, an attribute that items do not have, and a test none of whose users is
    in the training ratings; `Leak`, `BadTable` and `NotFitted` as `evaluate` does.
    """
    expect_model(model, "popularity_bias audits")
    model = model.snapshot()
    test = as_ratings(test, "popularity_bias audits on", like=model.ratings)
    k, seed, (confidence, n_bootstrap) = list_length(k, "k"), seed_of(seed), check_level(confidence, n_bootstrap)
    users = AuditedUsers.of(model.ratings, test, conformed("relevant", float | None, relevant))
    shares = None if attribute is None else AttributeShares.of(users, conformed("attribute", str, attribute))
    lists = all_lists(model, users, k, seed, list_options)
    calibration = None if shares is None else Calibration.of(shares, users, lists[0].items.shape[1], seed)
    measured = MeasuredUsers(users, calibration)
    return PopularityBias(
        model=type(model).__name__,
        setting=AuditSetting.of(measured, k, confidence, n_bootstrap, attribute, lists[0].n_cut),
        intervals={one.source: _intervals(measures_of(one, measured), confidence, n_bootstrap, seed) for one in lists},
        exposure={one.source: exposure(one.items, model.ratings.n_items) for one in lists},
        library=test.library,
    )


def _intervals(
    statistics: Mapping[Measure, Statistic], confidence: float, n_bootstrap: int, seed: int
) -> dict[Measure, Interval]:
    samples = resample(statistics, n_bootstrap, seed)
    return {measure: interval(one, samples.get(measure), confidence) for measure, one in statistics.items()}
