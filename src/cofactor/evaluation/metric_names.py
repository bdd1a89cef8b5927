"""The names by which metrics are asked for: "rmse", "ndcg@10", or "ndcg" at every cut-off."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple

from cofactor.errors import BadOption, shown
from cofactor.evaluation.metric_table import METRICS
from cofactor.ranking import list_length

__all__ = ["RequestedMetric", "as_list", "requested_metric", "requested_metrics"]

MAX_DIGITS = 19  # of a cut-off


class RequestedMetric(NamedTuple):
    """A metric of `METRICS` by name, at a cut-off where it has one; as text "ndcg@10"."""

    name: str
    k: int | None = None

    def __str__(self) -> str:
        return self.name if self.k is None else f"{self.name}@{self.k}"


def requested_metrics(names: Iterable[str] | None, k: int | Iterable[int]) -> list[RequestedMetric]:
    """The metrics of these names, each once; None: all there are.

    k: the cut-off, or several, of names that say none. Raises `BadOption` for names and cut-offs that do not exist.
    """
    cutoffs = [list_length(one, "k") for one in as_list(k)]
    requested = [one for text in _checked(names) for one in _parsed(text, cutoffs)]
    if any(one.k is not None and one.k < 1 for one in requested):
        raise BadOption(f"A list has at least 1 entry, but {', '.join(map(str, requested))} came.")
    return list(dict.fromkeys(requested))


def requested_metric(name: str) -> RequestedMetric:
    """One metric; a name without a cut-off means 10. Raises `BadOption` as `requested_metrics` does."""
    (requested,) = requested_metrics([name], 10)
    return requested


def as_list(value: Any) -> list[Any]:
    """One or several, as a list; a text is one, and so is an array of no dimension."""
    is_one = isinstance(value, str) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0
    return [value] if is_one else list(value)


def _checked(names: Iterable[str] | None) -> Iterable[str]:
    if names is None:
        return METRICS
    found = as_list(names)
    wrong = [one for one in found if not isinstance(one, str)]
    if wrong or not found:
        raise BadOption(
            f"metrics are names, such as 'rmse' or 'ndcg@10', but {shown(wrong[0]) if wrong else 'none'} came."
        )
    return found


def _parsed(text: str, cutoffs: list[int]) -> list[RequestedMetric]:
    name, _, cutoff = text.partition("@")
    if name not in METRICS:
        near = get_close_matches(name, METRICS, n=1)
        mend = f"Did you mean {near[0]!r}?" if near else f"Choose among: {', '.join(METRICS)}."
        raise BadOption(f"There is no metric called {name!r}. {mend}")
    has_cutoff = METRICS[name].has_cutoff
    if cutoff and not (has_cutoff and cutoff.isdecimal() and len(cutoff) <= MAX_DIGITS):
        expected = "behind the @ stands the list's length" if has_cutoff else f"{name!r} has no cut-off"
        raise BadOption(f"{name}@{cutoff} is not a metric: {expected}.")
    if not has_cutoff:
        return [RequestedMetric(name)]
    return [RequestedMetric(name, k) for k in ([int(cutoff)] if cutoff else cutoffs)]
