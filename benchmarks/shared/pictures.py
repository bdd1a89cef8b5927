"""A race as a picture: bars from the slowest to the fastest, ours in colour."""

from collections.abc import Mapping
from typing import Any

import matplotlib

from benchmarks.shared.reporting import RESULTS

matplotlib.use("agg")

import matplotlib.pyplot as plt

OURS, THEIRS, INK = "#0b7a75", "#b8bec4", "#333333"


def draw_bars(name: str, title: str, unit: str, panels: Mapping[str, Mapping[str, float]]) -> None:
    """results/NAME.png: one panel for each group of {contestant: figure}, those named cofactor in colour.

    Every panel has its own scale from 0; figures stand at the bars.
    """
    heights = [len(panel) + 0.9 for panel in panels.values()]
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(8, 0.42 * sum(heights) + 0.7), squeeze=False,
        gridspec_kw={"height_ratios": heights}, layout="constrained",
    )  # fmt: skip
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)
    for axis, (heading, values) in zip(axes[:, 0], panels.items(), strict=True):
        _panel(axis, heading, unit, values)
    figure.savefig(RESULTS / f"{name}.png", dpi=150)
    plt.close(figure)


def _panel(axis: Any, heading: str, unit: str, values: Mapping[str, float]) -> None:
    ordered = sorted(values.items(), key=lambda one: -one[1])
    names, lengths = [name for name, _ in ordered], [value for _, value in ordered]
    colours = [OURS if name.startswith("cofactor") else THEIRS for name in names]
    bars = axis.barh(range(len(names)), lengths, color=colours, height=0.72)
    axis.bar_label(bars, [_figure(value) for value in lengths], padding=4, fontsize=9, color=INK)
    axis.set_yticks(range(len(names)), names, fontsize=9, color=INK)
    axis.invert_yaxis()
    axis.set_title(f"{heading}, {unit}" if heading else unit, loc="left", fontsize=10, color=INK)
    axis.set_xlim(0, 1.12 * max(lengths))
    axis.xaxis.set_visible(False)
    axis.tick_params(left=False)
    axis.spines[:].set_visible(False)


def _figure(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
