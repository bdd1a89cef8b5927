"""GET and POST /api/compare: several models side by side on one split, fitted anew with their own options."""

from typing import TYPE_CHECKING

from fastapi import APIRouter

from cofactor.serving.opened import OnShelf, OpenModel, Shelf
from cofactor.serving.pages.comparison_answer import ComparedModel, ComparisonAnswer, Difference, Metric
from cofactor.serving.pages.comparison_panels import comparison_views
from cofactor.serving.pages.held_out import SEED, TEST, SplitAbout, split_of, unfitted
from cofactor.serving.pages.rows import Measured

if TYPE_CHECKING:
    from cofactor.evaluation.comparison import Comparison
    from cofactor.evaluation.verdicts import Verdict

__all__ = ["differences_of", "routes"]

routes = APIRouter(prefix="/api/compare", tags=["compare"])

WAITS = "It begins when the audit that runs has ended …"
RUNS = "The models are fitted anew on four fifths of the ratings …"
METRICS = {
    "rmse": "The error of predicted ratings, in their own unit: the root of its mean square.",
    "mae": "The error of predicted ratings, in their own unit: its mean size.",
    "ndcg@10": "How many of the held-out items that people liked are among the ten best, the higher the better placed.",
    "recall@10": "The share of the held-out items that people liked that is among the ten best.",
}


@routes.get("")
def compared(shelf: OnShelf) -> ComparisonAnswer:
    """The comparison, as far as it is."""
    return _answer(shelf)


@routes.post("")
def start(shelf: OnShelf) -> ComparisonAnswer:
    """Start the comparison, unless it runs or is ready."""
    if _answer(shelf).state == "none":
        shelf.background.start(_key(shelf), lambda _: _measured(shelf))
    return _answer(shelf)


def differences_of(shelf: Shelf) -> list[Difference]:
    """The differences that were measured of the models shown; none before."""
    return _answer(shelf).pairs


def _answer(shelf: Shelf) -> ComparisonAnswer:
    job = shelf.background.state(_key(shelf))
    if job.state in ("waiting", "running"):
        return ComparisonAnswer("running", WAITS if job.state == "waiting" else RUNS)
    if job.state == "failed":
        return ComparisonAnswer("none", f"It could not be done: {job.says}")
    names = ", ".join(_labels(shelf))
    says = f"{names}: fitted anew on {1 - TEST:.0%} of the ratings and measured on the others, person by person."
    return job.result or ComparisonAnswer("none", says)


def _key(shelf: Shelf) -> str:
    """The key of the comparison of these models, by their fingerprints."""
    return " ".join(["comparison", *(one.fingerprint for one in (shelf.opened, *shelf.others))])


def _measured(shelf: Shelf) -> ComparisonAnswer:
    from cofactor.evaluation.compare import compare
    from cofactor.evaluation.metric_table import better
    from cofactor.models.popularity import Popularity

    parts = split_of(shelf.opened.model.ratings)
    saved = dict(zip(_labels(shelf), (shelf.opened, *shelf.others, None), strict=False))
    models = {name: Popularity() if one is None else unfitted(one.model) for name, one in saved.items()}
    found = compare(models, parts.train, parts.test, metrics=list(METRICS), seed=SEED, progress=False)
    measured = [_model(name, saved[name], found) for name in models]
    pairs = [one for metric, verdict in found.verdicts.items() for one in _differences(metric, verdict)]
    metrics = [Metric(name, METRICS[name], better(name)) for name in METRICS if name in found.verdicts]
    return ComparisonAnswer(
        "ready", _verdicts(found), 1.0, measured, pairs, metrics, SplitAbout.of(parts), _python(shelf),
        comparison_views(measured, pairs, metrics),
    )  # fmt: skip


def _labels(shelf: Shelf) -> list[str]:
    """A name for each model: its class, with its folder where there are several of that class. One alone is compared
    with Popularity, the list that is the same for everybody."""
    models = (shelf.opened, *shelf.others)
    classes = [type(one.model).__name__ for one in models]
    names = [
        f"{kind} ({one.folder.name})" if classes.count(kind) > 1 else kind
        for kind, one in zip(classes, models, strict=True)
    ]
    return names if len(names) > 1 else [*names, "Popularity (baseline)"]


def _model(name: str, saved: OpenModel | None, found: "Comparison") -> ComparedModel:
    metrics = {metric: Measured.of(one) for metric, one in found.evaluations[name].intervals.items()}
    return ComparedModel(name, saved and saved.folder.name, saved and saved.fingerprint, metrics)


def _differences(metric: str, verdict: "Verdict") -> list[Difference]:
    """The best model's lead over each other one, with the sign of the metric."""
    from cofactor.evaluation.metric_table import better

    sign = -1 if better(metric) == "lower" else 1
    found = list[Difference]()
    for other, gap in verdict.behind.items():
        low, high = sorted((sign * gap.low, sign * gap.high))
        words = f"{verdict.best} is ahead" if gap.low > 0 else "inside the noise: nothing tells them apart"
        found.append(Difference(verdict.best, other, metric, sign * gap.value, low, high, words))
    return found


def _verdicts(found: "Comparison") -> str:
    words = [
        f"{metric}: {verdict.winner} is best" if verdict.winner else f"{metric}: no winner beyond the noise"
        for metric, verdict in found.verdicts.items()
    ]
    return "; ".join(words) + "." if words else "These data have no metric that could be measured."


def _python(shelf: Shelf) -> str:
    made = [
        f"type({name})(**{name}.options())" for name in ("model", *(f"other{at}" for at in range(len(shelf.others))))
    ]
    others = "".join(f"other{at} = {one.expression}\n" for at, one in enumerate(shelf.others))
    baseline = "" if shelf.others else ", cf.Popularity()"
    return shelf.opened.python(
        f"{others}train, test = cf.split(model.ratings, test={TEST}, seed={SEED})\n"
        f"cf.compare([{', '.join(made)}{baseline}], train, test, metrics={list(METRICS)!r}, seed={SEED})"
    )
