"""`cofactor.compare`: which model is best, and is that difference real?

All models are measured on the same test and the same resampled users, so that a difference is taken sample by sample
and what makes users hard or easy for every model falls out of it. A model is named the winner of a metric only if
it is ahead of every other one by an interval that excludes 0; the intervals hold together (Bonferroni over the other
models), for the best is looked for among several. Several metrics are not corrected for: name yours beforehand.
"""

import warnings
from collections.abc import Iterable, Mapping

from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.errors import BadOption, ComparisonStopped
from cofactor.evaluation.bootstrap import check_level
from cofactor.evaluation.comparison import Comparison
from cofactor.evaluation.comparison_notes import comparison_notes
from cofactor.evaluation.evaluate import Evaluation, EvaluationOptions, evaluate_held_out
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.metric_names import as_list, requested_metrics
from cofactor.evaluation.model_labels import labelled
from cofactor.evaluation.repeats import Fits, averaged, fit_each
from cofactor.evaluation.verdicts import verdicts_of
from cofactor.hyperparameters import conformed, seed_of
from cofactor.recommender import Recommender

__all__ = ["compare"]


def compare(
    models: Iterable[Recommender] | Mapping[str, Recommender], train: RatingsOrFrame, test: RatingsOrFrame, *,
    metrics: Iterable[str] | None = None, k: int | Iterable[int] = 10, relevant: float | None = None,
    confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0, clip: bool = False,
    seeds: Iterable[int] | None = None, watch: bool = False, progress: bool | None = None,
) -> Comparison:  # fmt: skip
    """Measure several models on the same test, and say which is best where that is beyond the noise.

    train, test: ratings, or a pandas, Polars or Arrow table of them with columns of usual names
    models: in a list, or by the names they shall have; those that are not fitted yet are fitted on `train`
    seeds: fit each model that draws at random once with each of them; values are then means over the fits, and the
        intervals hold what users differ by and what seeds do. None: once, as it is
    watch: note the loss on the test after every epoch, for `plot_losses`; nothing is learned from it
    progress: of the fitting, as in `Recommender.fit`     everything else: as in `evaluate`

    Ctrl-C ends it with a `ComparisonStopped` warning: the models that were measured by then are compared.
    Raises `BadOption` for fewer than two models and for what is none; and what `evaluate` raises.
    """
    train = as_ratings(train, "compare trains on")
    test = as_ratings(test, "compare measures on", like=train)
    named = labelled(models)
    if len(named) < 2:
        raise BadOption(f"A comparison needs at least 2 models, but {len(named)} came.")
    options = EvaluationOptions.checked(confidence, n_bootstrap, seed, clip)
    check_level(_joint_level(options.confidence, len(named)), options.n_bootstrap)
    watch, relevant = conformed("watch", bool, watch), conformed("relevant", float | None, relevant)
    requested, fit_seeds = requested_metrics(metrics, k), _checked_seeds(seeds)
    held = HeldOut.of(train, test, relevant)
    fits: dict[str, Fits] = {}
    evaluations: dict[str, Evaluation] = {}
    try:
        for place, (name, model) in enumerate(named.items()):
            its_fits = fit_each(model, train, fit_seeds, test if watch else None, progress)
            runs = [evaluate_held_out(one, _as_seen_by(one, held), name, requested, options) for one in its_fits.models]
            fits[name], evaluations[name] = its_fits, averaged(runs, options.seed + place)
    except KeyboardInterrupt:
        if len(evaluations) < 2:
            raise
        warnings.warn(ComparisonStopped([name for name in named if name not in evaluations]), stacklevel=2)
    level = _joint_level(options.confidence, len(evaluations))
    verdicts, left_out = verdicts_of(evaluations, level), tuple(name for name in named if name not in evaluations)
    notes = comparison_notes(fits, evaluations, verdicts, train, level, left_out)
    return Comparison(evaluations, verdicts, fits, options.confidence, notes, left_out)


def _as_seen_by(model: Recommender, held: HeldOut) -> HeldOut:
    """The held-out ratings in the model's own indices, where it was fitted on other ratings."""
    same = model.ratings is held.train
    return held if same else HeldOut.of(model.ratings, held.test, held.relevant_from)


def _joint_level(confidence: float, n_models: int) -> float:
    """The level of each model's interval at which those of all others hold together."""
    return 1 - (1 - confidence) / (n_models - 1)


def _checked_seeds(seeds: Iterable[int] | None) -> list[int] | None:
    """Raises `BadOption` for fewer than two seeds, and for one that occurs twice."""
    if seeds is None:
        return None
    found = [seed_of(seed) for seed in as_list(seeds)]
    if len(set(found)) < max(2, len(found)):
        raise BadOption(f"seeds lists two or more different numbers, such as range(5), but {found} came.")
    return found
