"""The filter bubble of an implicit model, with and without mitigations, with its controls: 30 rounds of ml-100k.

    python3 dev.py bench bubble [--data ml-100k] [--rounds 30] [--seeds 5]

Three choice models and five seeds, as `filter_bubble` has them: the mean over all runs in the first and the last round,
and in the last one the lowest and the highest. "unliked" is no mitigation: the lower half of its lists is filled with
items, drawn at random, that nobody in the log liked (70 % up the scale) and the user has not rated. It makes lists more
diverse and exposure more equal; its utility, what people think of what they are shown, says at what price.
Seconds are of the processor, of the audit of the model and its controls alone, and of one with the mitigations too.
"""

import argparse
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import RESULTS, describe, machine, markdown_table, third_paragraph, write_results
from cofactor.arrays import IntArray
from cofactor.audit.bubble.filter_bubble import filter_bubble
from cofactor.audit.bubble.recommenders import Mitigation
from cofactor.audit.bubble.result import FilterBubble
from cofactor.audit.bubble.rounds import MEASURES
from cofactor.data.relevance import lowest_relevant

DRAWN = ("diversity", "overlap", "exposure_gini", "utility")


def reranked(**options: Any) -> Mitigation:
    """Lists of the model with these options of `recommend`."""
    return lambda model, k: model.rank(model.ratings.users.values.tolist(), k, **options).idx


def unliked(model: cf.Recommender, k: int) -> IntArray:
    """The model's lists, their lower half filled with what nobody liked."""
    log, upper = model.ratings, k - k // 2
    least = lowest_relevant(log, log)
    liked = np.bincount(log.item_idx[log.values >= least] if least else log.item_idx, minlength=log.n_items) > 0
    order = np.random.default_rng(len(log)).random((log.n_users, log.n_items))
    order[:, liked] = -1
    order[log.user_idx, log.item_idx] = -1
    lists = model.rank_users(np.arange(log.n_users), k)[0]
    np.put_along_axis(order, lists[:, :upper], -1, axis=1)
    drawn = np.argsort(-order, axis=1, kind="stable")[:, : k - upper]
    there = np.take_along_axis(order, drawn, axis=1) >= 0
    return np.hstack([lists[:, :upper], np.where(there, drawn, -1)])


MITIGATIONS: dict[str, Mitigation] = {
    "calibrated": reranked(calibrated="genres"), "popularity_penalty 0.5": reranked(popularity_penalty=0.5),
    "max_share_of_head 0.7": reranked(max_share_of_head=0.7), "unliked": unliked,
}  # fmt: skip


def rows_of(found: FilterBubble) -> list[list[str]]:
    rows = list[list[str]]()
    for measure in MEASURES:
        curves, n = found.curves(measure), found.setting.n_rounds
        mean, low, high = (np.reshape(curves[one], (-1, n)) for one in ("mean", "low", "high"))
        cells = [
            f"{one[0]:.3f} → {one[-1]:.3f} ({lowest[-1]:.3f} to {highest[-1]:.3f})"
            for one, lowest, highest in zip(mean, low, high, strict=True)
        ]
        rows.append([MEASURES[measure], *cells])
    return rows


def draw(found: FilterBubble) -> None:
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(2, 2, figsize=(11, 8), layout="constrained")
    for axes, measure in zip(panels.flat, DRAWN, strict=True):
        found.plot(measure, ax=axes)
        axes.get_legend().remove()
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(RESULTS / "bubble.png", dpi=110)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="ml-100k")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args(arguments)
    need_data(asked.data)
    about, ratings, model = machine(), cf.load(asked.data), cf.ImplicitMF(n_factors=32)
    seconds, found = list[float](), None
    for mitigations in ({}, MITIGATIONS):
        started = time.process_time()
        found = filter_bubble(model, ratings, n_rounds=asked.rounds, seeds=range(asked.seeds), mitigations=mitigations)
        seconds.append(time.process_time() - started)
    assert found is not None
    versions = {name: version(name) for name in ("cofactor", "numpy")}
    rows = rows_of(found)
    text = "\n\n".join([
        f"# The filter bubble: {asked.data}, {asked.rounds} rounds", third_paragraph(__doc__),
        describe(about, versions),
        f"{seconds[0]:.0f} s without mitigations, {seconds[1]:.0f} s with {len(MITIGATIONS)}.",
        markdown_table(["first → last round", *found.recommenders], rows), "![](bubble.png)",
        f"What has one sign in all runs of {found.audited[0]}; of the others in the JSON file:",
        "\n".join(f"- {one}" for one in found.findings if one.recommender == found.audited[0]),
    ])  # fmt: skip
    kept = {"machine": about, "versions": versions, "seconds": seconds, "columns": found.recommenders, "rows": rows}
    write_results("bubble", kept | {"findings": list(map(str, found.findings))}, text)
    draw(found)


if __name__ == "__main__":
    main()
