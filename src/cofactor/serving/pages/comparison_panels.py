"""Panels of a comparison: for each metric the models with their intervals, and whether the differences are real."""

from collections.abc import Sequence

from cofactor.serving.pages.comparison_answer import ComparedModel, Difference, Metric
from cofactor.serving.pages.panels import (
    Cell,
    Column,
    IntervalRow,
    MeasureView,
    Panel,
    PanelTable,
    interval_cell,
    value_cell,
)

__all__ = ["comparison_views"]


def comparison_views(
    models: Sequence[ComparedModel], pairs: Sequence[Difference], metrics: Sequence[Metric]
) -> list[MeasureView]:
    """A view for each metric; all of them stand in the last panel of each."""
    everything = _everything(models, metrics)
    return [
        MeasureView(one.name, one.name, [_chart(models, one), _paired(pairs, one.name), everything]) for one in metrics
    ]


def _chart(models: Sequence[ComparedModel], metric: Metric) -> Panel:
    measured = [(one.name, one.metrics[metric.name]) for one in models if metric.name in one.metrics]
    rows = [IntervalRow(name, one.value, one.low, one.high) for name, one in measured]
    return Panel(f"{metric.name}, {metric.better} is better", metric.says, intervals=rows)


def _paired(pairs: Sequence[Difference], metric: str) -> Panel:
    columns = [Column("Models"), Column("Difference", True), Column("Verdict")]
    rows = [
        [
            Cell(f"{one.first} \N{MINUS SIGN} {one.second}"),
            interval_cell(one.difference, one.low, one.high, signed=True),
            Cell(one.verdict),
        ]
        for one in pairs
        if one.metric == metric
    ]
    says = "Paired: for each person, one model's value less the other's."
    return Panel("Is the difference real?", says, table=PanelTable(f"Differences in {metric}", columns, rows))


def _everything(models: Sequence[ComparedModel], metrics: Sequence[Metric]) -> Panel:
    columns = [Column("Model"), *(Column(f"{one.name} ({one.better} is better)", True) for one in metrics)]
    measured = [[one.metrics.get(metric.name) for metric in metrics] for one in models]
    rows = [
        [Cell(one.name), *(value_cell(None) if m is None else interval_cell(m.value, m.low, m.high) for m in row)]
        for one, row in zip(models, measured, strict=True)
    ]
    return Panel("All metrics", table=PanelTable("Each with its interval", columns, rows))
