"""The axes that a figure is drawn into: those given, or new ones; Matplotlib is loaded here."""

from collections.abc import Sized
from typing import Any

from cofactor.errors import BadOption, MissingExtra, shown
from cofactor.hyperparameters import conformed
from cofactor.plots.palette import GREY

__all__ = ["PLAIN", "axes_for", "check_least", "check_lengths", "label_rows", "legend", "say_empty", "short"]

SIZE = (6.4, 4.0)  # inches
PLAIN = {"parse_math": False}  # of text that is not ours: a title may hold dollar signs, which are no formula
MAX_CHARACTERS = 40  # of a name, where it stands in a figure


def axes_for(ax: Any, x: str, y: str, *, size: tuple[float, float] = SIZE) -> Any:
    """The Matplotlib axes `ax`, or where it is None new ones of this size, with these labels.

    size: inches, width and height
    Raises `MissingExtra` without Matplotlib.
    """
    axes = _new_axes(size) if ax is None else ax
    axes.set_xlabel(x, **PLAIN)
    axes.set_ylabel(y, **PLAIN)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _new_axes(size: tuple[float, float]) -> Any:
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingExtra("A figure", "plots") from error
    return plt.subplots(figsize=size, layout="constrained")[1]


def say_empty(axes: Any) -> Any:
    """The same axes, which say that there is nothing to draw."""
    axes.set(xticks=[], yticks=[])
    axes.text(0.5, 0.5, "nothing to draw", transform=axes.transAxes, ha="center", va="center", color=GREY)
    return axes


def check_lengths(**columns: Sized | None) -> None:
    """Raises `BadOption` where columns are not equally long; None is a column that is not there."""
    lengths = {name: len(one) for name, one in columns.items() if one is not None}
    if len(set(lengths.values())) > 1:
        came = ", ".join(f"{length:,} {name}" for name, length in lengths.items())
        raise BadOption(f"Columns of one length belong together, but {came} came. Give one of each for each row.")


def check_least(name: str, given: int, least: int) -> int:
    """The whole number that was given. Raises `BadOption` where it is none, or below the least."""
    number = conformed(name, int, given)
    if number < least:
        raise BadOption(f"{name} is {least} or more, but {shown(given)} came.")
    return number


def label_rows(axes: Any, names: list[str]) -> None:
    """Write these names at the rows of a chart, the first on top."""
    axes.set_yticks(range(len(names)), [short(name) for name in names], **PLAIN)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=6)  # more would lie on one another in a narrow figure


def legend(axes: Any) -> None:
    """Say what the lines are, where any has a name."""
    if axes.get_legend_handles_labels()[0]:
        for text in axes.legend(frameon=False).get_texts():
            text.set(**PLAIN)


def short(name: str) -> str:
    """The name on one line, cut where it is longer than 40 characters.

    >>> short("Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1963)")
    'Dr. Strangelove or: How I Learned to St…'
    """
    line = " ".join(name.split())
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1].rstrip() + "…"
