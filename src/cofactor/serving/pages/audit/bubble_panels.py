"""Panels of the filter bubble: each measure round by round beside the controls, and what may be said."""

from cofactor.audit.bubble.result import FilterBubble
from cofactor.audit.bubble.rounds import MEASURES
from cofactor.errors import counted
from cofactor.serving.pages.panels import Axis, Curves, MeasureView, Panel, Series
from cofactor.serving.pages.rows import number
from cofactor.sheet import format_number

__all__ = ["bubble_views"]


def bubble_views(found: FilterBubble) -> list[MeasureView]:
    """A view for each measure: its curves, and all findings."""
    n_runs = len({(key.choice_model, key.seed) for key in found.runs})
    in_runs = f"all {n_runs} runs" if n_runs > 1 else "the only run, which says little"
    says = f"Changes from the first round to the last that have one sign in {in_runs}; nothing else may be said."
    findings = Panel("What may be said", says, sentences=[str(one) for one in found.findings] or ["None."])
    return [MeasureView(name, label, [_curves(found, name, n_runs), findings]) for name, label in MEASURES.items()]


def _curves(found: FilterBubble, measure: str, n_runs: int) -> Panel:
    curves, n, label = found.curves(measure), found.setting.n_rounds, MEASURES[measure]
    series, said = list[Series](), list[str]()
    for at in range(0, len(curves["round"]), n):
        mean, low, high = ([number(one) for one in curves[name][at : at + n]] for name in ("mean", "low", "high"))
        name, rounds = curves["recommender"][at], curves["round"][at : at + n]
        series.append(Series(name, rounds, mean, *((low, high) if n_runs > 1 else (None, None))))
        said.append(f"{name} {format_number(curves['mean'][at], 3)} to {format_number(curves['mean'][at + n - 1], 3)}")
    says = f"Means over {counted(n_runs, 'run')}; shaded: from the lowest to the highest." if n_runs > 1 else "One run."
    chart = Curves(Axis("round"), Axis(label), series, f"{label}, first to last round: {', '.join(said)}.")
    return Panel(label[0].upper() + label[1:], says, chart)
