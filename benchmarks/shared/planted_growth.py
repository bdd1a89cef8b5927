"""Seconds a sweep and peak memory against users: a table, a picture, and the straight line to a larger number."""

from statistics import median
from typing import Any

import matplotlib
import numpy as np

from benchmarks.shared.pictures import INK, OURS
from benchmarks.shared.reporting import RESULTS, markdown_table

matplotlib.use("agg")

import matplotlib.pyplot as plt

Sizes = dict[int, dict[str, Any]]  # users → what `cofactor_shards.py` answers


def of_sweeps(found: dict[str, Any], key: str = "seconds") -> float:
    """The median over sweeps."""
    return median(one[key] for one in found["sweeps"])


def peak(found: dict[str, Any]) -> int:
    """Bytes: of the control group, or of the process where there is none."""
    return found["peak_group"] or found["peak_rss"]


def exponent(sizes: Sizes, key: str = "seconds") -> float:
    """The slope of time against users, both logarithmic: 1 is a straight line."""
    users, seconds = np.log([*sizes]), np.log([of_sweeps(one, key) for one in sizes.values()])
    return float(np.polyfit(users, seconds, 1)[0])


def expected_peak(n_items: int, width: int, users_in_shard: int, ratings_in_shard: float) -> float:
    """Bytes that a pass holds, whatever the number of users; Python and its libraries come on top.

    The double sums of a bundle and of the pass, two sets of items' rows, a shard's users, and its ratings as they are,
    without the held out and by item: 5 bytes each, and a mark; the next shard meanwhile, its file and what comes of it.
    """
    sums = 2 * 8 * n_items * (width * (width + 1) / 2 + 2 * width + 2)
    rows = 4 * (width + 2) * (2 * n_items + users_in_shard)
    return sums + rows + ratings_in_shard * (3 * 5 + 1 + 3 + 5) + 2 * 8 * 5 * users_in_shard


def growth_table(sizes: Sizes) -> str:
    """One row for each number of users."""
    rows = [
        [f"{n / 1e6:g}", f"{one['n_ratings'] / 1e6:,.1f}", f"{of_sweeps(one):.1f}", f"{of_sweeps(one, 'cpu'):.1f}",
         f"{peak(one) / 1e9:.2f}", f"{one['peak_rss'] / 1e9:.2f}", f"{one['others']:.2f}"]
        for n, one in sizes.items()
    ]  # fmt: skip
    header = ["million users", "million ratings", "s a sweep", "processor s", "GB, peak of the group",
              "GB, of the process", "cores of others"]  # fmt: skip
    return markdown_table(header, rows)


def line_to(n_users: int, sizes: Sizes) -> str:
    """What the smaller sizes say of this one, beside what it took if it was measured."""
    smaller = {n: one for n, one in sizes.items() if n < n_users}
    line = {
        key: float(np.polyval(np.polyfit([*smaller], [of_sweeps(one, key) for one in smaller.values()], 1), n_users))
        for key in ("seconds", "cpu")
    }
    told = (
        f"Time grows with users to the power of {exponent(sizes):.2f}, the processor's time of "
        f"{exponent(sizes, 'cpu'):.2f}. The straight line leads to {line['seconds']:,.0f} s a sweep of "
        f"{n_users:,} users ({line['cpu']:,.0f} s of processor)"
    )
    if n_users in sizes:
        run = sizes[n_users]
        return f"{told}; the run took {of_sweeps(run):,.0f} s ({of_sweeps(run, 'cpu'):,.0f})."
    gb = max(one["bytes"] / one["n_users"] for one in sizes.values()) * n_users / 1e9
    return f"{told} and {gb:.0f} GB on disk: an extrapolation, no run."


def draw_growth(sizes: Sizes) -> None:
    """results/netflix.png: seconds a sweep, and peak memory, against users."""
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
    users = [n / 1e6 for n in sizes]
    panels = (
        ("seconds a sweep", [of_sweeps(one) for one in sizes.values()]),
        (
            "peak memory, GB",
            [peak(one) / 1e9 for one in sizes.values()],
        ),
    )
    for axis, (label, values) in zip(axes, panels, strict=True):
        axis.plot(users, values, "o-", color=OURS)
        axis.set(xscale="log", xlabel="million users", ylabel=label)
        axis.set_xticks(users, [f"{n:g}" for n in users])
        axis.minorticks_off()
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_yscale("log")
    axes[0].plot(users, np.array(users) * panels[0][1][-1] / users[-1], "--", color=INK, lw=1, label="straight line")
    axes[0].legend(frameon=False)
    axes[1].set_ylim(0, 4.2)
    axes[1].axhline(4, color=INK, lw=1, ls="--")
    figure.savefig(RESULTS / "netflix.png", dpi=150)
    plt.close(figure)
