"""`cofactor.popularity_bias`: whom and what a model's lists favour for being popular, beside three controls."""

from dataclasses import dataclass

from cofactor.audit.attribute_shares import AttributeShares
from cofactor.audit.popularity_lists import SOURCES, AuditedUsers, ListSource, UserLists, all_lists
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
) -> PopularityBias:  # fmt: skip
    """The popularity bias of a fitted model's lists, each measure with its interval and beside three controls.

    test: ratings the model has not seen, or a table of them; its users with training ratings are audited
    k: the length of the lists     attribute: of items, such as "genres", for miscalibration; None: leave it out
    relevant, confidence, n_bootstrap, seed: as in `evaluate`; the seed also draws the lists of chance

    The controls are, for the same users, k of their own training ratings, the most rated items, and random items; all
    but the first without what the user rated in training. Popularity is the number of training ratings. Head and tail
    are told apart in two ways: the head is the most rated fifth of the items, or the fewest items with 80 % of the
    ratings. Niche and blockbuster users are the fifths with the lowest and highest share of the first head in their
    profiles; strata of activity are thirds by training ratings. Measures are defined in `audit/popularity_metrics.py`,
    nDCG, recall, Gini index and coverage in `evaluation/metrics.py`; those of a group of items count its items alone.
    Items with equal scores are taken in catalogue order.

    Raises `BadOption` for options out of range, an attribute that items do not have, and a test none of whose users is
    in the training ratings; `Leak`, `BadTable` and `NotFitted` as `evaluate` does.
    """
    expect_model(model, "popularity_bias audits")
    model = model.snapshot()
    test = as_ratings(test, "popularity_bias audits on", like=model.ratings)
    k, seed, (confidence, n_bootstrap) = list_length(k, "k"), seed_of(seed), check_level(confidence, n_bootstrap)
    users = AuditedUsers.of(model.ratings, test, conformed("relevant", float | None, relevant))
    shares = None if attribute is None else AttributeShares.of(users, conformed("attribute", str, attribute))
    lists = all_lists(model, users, k, seed)
    measured = MeasuredUsers(users, shares)
    intervals = _intervals(lists, measured, Resampling(confidence, n_bootstrap, seed))
    return PopularityBias(
        model=type(model).__name__,
        setting=AuditSetting.of(measured, k, confidence, n_bootstrap, attribute),
        intervals=intervals,
        exposure={one.source: exposure(one.items, model.ratings.n_items) for one in lists},
        library=test.library,
    )


@dataclass(frozen=True)
class Resampling:
    """How intervals are made, as `evaluate` takes it."""

    confidence: float
    n_bootstrap: int
    seed: int


def _intervals(
    lists: list[UserLists], users: MeasuredUsers, how: Resampling
) -> dict[ListSource, dict[Measure, Interval]]:
    """Every measure of all lists, on the same samples of users."""
    k = lists[SOURCES.index("model")].items.shape[1]
    floor = None if users.shares is None else users.taste_draws_miscalibration(k, how.seed)
    statistics: dict[tuple[ListSource, Measure], Statistic] = {
        (one.source, measure): statistic
        for one in lists
        for measure, statistic in measures_of(one, users, floor).items()
    }
    samples = resample({str(at): one for at, one in enumerate(statistics.values())}, how.n_bootstrap, how.seed)
    found: dict[ListSource, dict[Measure, Interval]] = {source: {} for source in SOURCES}
    for at, ((source, measure), statistic) in enumerate(statistics.items()):
        found[source][measure] = interval(statistic, samples.get(str(at)), how.confidence)
    return found
