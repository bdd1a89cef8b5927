"""Reasons: do the parts add up, how much is left to training, do other ways of explaining agree, how long do they take?

    python3 dev.py bench reasons

On ml-100k, where COFACTOR_DATA holds it, else on `tastes`. Of 1,000 random pairs: the largest error of the parts' sum,
as a share of the scores' standard deviation; the median shares of "training" and "jointly" in a score's distance from
the base. Of 100 pairs of users with 30 ratings at most: each rating is left out and the row folded in anew; the median
over the pairs of the correlation of what is lost, beside the user's bias, with the parts, and of the share of the five
largest that are the same. The wait is that for `model.explain`, the median and the 99th percentile of 280 after a
warm-up, BLAS on one thread.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.peer_environments import IMPLICIT, Unavailable, installed_versions, peer_environment
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.kernels.blas import quiet_blas

N_PAIRS, N_TIMED, N_AGREEING = 1000, 300, 100
MAX_RATINGS, TOP = 30, 5
HALF_STEP_SETS = ("tastes", "ml-100k", "ml-latest-small")


def models() -> dict[str, cf.Recommender]:
    return {
        "Bias": cf.Bias(),
        "MatrixFactorization": cf.MatrixFactorization(),
        "MatrixFactorization, y_range": cf.MatrixFactorization(y_range=(0, 5.5)),
        "MatrixFactorization, attributes": cf.MatrixFactorization(attributes=True),
        "MatrixFactorization, both": cf.MatrixFactorization(y_range=(0, 5.5), attributes=True),
        "ExplicitALS": cf.ExplicitALS(),
        "ImplicitMF": cf.ImplicitMF(unobserved_weight=0.3, reg=0.003),
        "BayesianMF": cf.BayesianMF(),
        "EASE": cf.EASE(),
        "SparseEASE": cf.SparseEASE(),
        "ItemKNN": cf.ItemKNN(),
        "GraphFilter": cf.GraphFilter(),
        "BPR": cf.BPR(),
        "NeuralCF": cf.NeuralCF(),
        "Blend of EASE and GraphFilter": cf.Blend(["ease", "graph_filter"], weights=(1, 1)),
        "Blend of ExplicitALS and y_range": cf.Blend(
            ["explicit_als", cf.MatrixFactorization(y_range=(0, 5.5))], weights=(0.5, 0.5)
        ),
    }


def random_pairs(ratings: cf.Ratings, n: int, most: int | None = None) -> tuple[IntArray, IntArray]:
    """n pairs of a user with ratings, at most so many, and an item with ratings."""
    rng, counts = np.random.default_rng(0), ratings.user_counts
    users = np.flatnonzero((counts > 0) & (counts <= (most or counts.max())))
    return rng.choice(users, n), rng.choice(np.flatnonzero(ratings.item_counts), n)


def additivity(model: cf.Recommender) -> tuple[float, float, float]:
    """The largest error, and the median shares of "training" and "jointly"."""
    users, items = random_pairs(model.ratings, N_PAIRS)
    scores = model.score_pairs(users, items)
    found = [model.reasons(*pair) for pair in zip(users.tolist(), items.tolist(), strict=True)]
    errors = [abs(one.on_score_scale().total - score) for one, score in zip(found, scores.tolist(), strict=True)]
    away = np.array([abs(one.total - one.base) for one in found])
    shares = [
        np.abs([getattr(one, name) for one in found]) / np.maximum(away, 1e-12) for name in ("training", "jointly")
    ]
    return max(errors) / float(scores.std()), float(np.median(shares[0])), float(np.median(shares[1]))


def waits(model: cf.Recommender) -> list[float]:
    """Milliseconds of each explanation."""
    users, items = random_pairs(model.ratings, N_TIMED)
    ids = zip(model.ratings.users.gather(users).tolist(), model.ratings.items.gather(items).tolist(), strict=True)
    found = list[float]()
    with quiet_blas():
        for user, item in ids:
            started = time.perf_counter()
            model.explain(user, item)
            found.append(1e3 * (time.perf_counter() - started))
    return found[20:]


# ---- other ways of explaining -------------------------------------------------------------------------------


def what_is_lost(model: cf.Recommender, user: int, item: int, which: IntArray) -> FloatArray:
    """(m,) by how much the score falls where each of these ratings is left out and the row is folded in anew, less what
    the user's bias does, which is a part of its own."""
    items, values = model.ratings.by_user.of(user)
    known = model.ratings.attributes_of("user", np.array([user])) if model.abilities.learns_attributes else None

    def score(kept: Any) -> float:
        found = model.reasons(UserProfile(items[kept], values[kept], known), item)
        return found.total - found.user

    return score(slice(None)) - np.array([score(items != one) for one in which])


def likeness(first: FloatArray, second: FloatArray) -> tuple[float, float]:
    """The correlation, and the share of the five largest that are the same."""
    largest = [set(np.argsort(-np.abs(one), kind="stable")[:TOP].tolist()) for one in (first, second)]
    return float(np.corrcoef(first, second)[0, 1]), len(largest[0] & largest[1]) / TOP


def agreement(model: cf.Recommender) -> tuple[float, float] | None:
    """The medians over pairs; None of a model whose scores no past rating has a part in."""
    found = list[tuple[float, float]]()
    for user, item in zip(*(idx.tolist() for idx in random_pairs(model.ratings, N_AGREEING, MAX_RATINGS)), strict=True):
        reasons: Reasons = model.reasons(user, item)
        if len(reasons.parts) > TOP and np.ptp(reasons.parts) > 0:
            found.append(likeness(reasons.parts, what_is_lost(model, user, item, reasons.item_idx)))
    correlations, shares = np.array(found).reshape(-1, 2).T
    return (float(np.nanmedian(correlations)), float(np.median(shares))) if found else None


def beside_implicit(model: cf.ImplicitMF) -> dict[str, Any]:
    """implicit's parts of 100 pairs, with our factors and each user's penalty, beside ours."""
    users, items = random_pairs(model.ratings, N_AGREEING, MAX_RATINGS)
    clicks, alpha = model.ratings.positives.by_user, model.unobserved_weight_
    h = clicks.counts[users] + alpha * model.ratings.n_items  # a row's share of the loss, by which its penalty grows
    given: dict[str, Any] = {
        "users": model.user_factors_, "items": model.item_factors_, "user_idx": users, "item_idx": items,
        "indptr": clicks.indptr, "indices": clicks.indices, "penalty": model.reg_ * h**model.reg_exponent / alpha,
        "weights": np.full(len(clicks.indices), 1 + 1 / alpha, np.float32),  # its unobserved pairs weigh 1
    }  # fmt: skip
    python, script = peer_environment("implicit", IMPLICIT), Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/given.npz", f"{folder}/found.npz"]
        np.savez(paths[0], **given)
        command = [python, script / "contestants/peers/implicit_explain.py", "--given", paths[0], "--out", paths[1]]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(script.parent)})
        theirs = np.load(paths[1])
        parts, seconds = np.split(theirs["parts"], np.cumsum(clicks.counts[users])[:-1]), theirs["seconds"]
    ours = [model.reasons(*pair).parts for pair in zip(users.tolist(), items.tolist(), strict=True)]
    alike = [likeness(*both) for both in zip(ours, parts, strict=True) if len(both[0]) > TOP]
    return {
        "correlation": float(np.median([one for one, _ in alike])), "top": float(np.median([one for _, one in alike])),
        "ms": 1e3 * float(np.median(seconds[5:])), "version": installed_versions(python, ["implicit"])["implicit"],
    }  # fmt: skip


# ---- what a last half-step of the users would do ------------------------------------------------------------


def half_step(name: str) -> list[list[str]]:
    """The RMSE on held-out ratings of trained rows, and of rows that are folded in from the same ratings."""
    train, test = cf.split(cf.load(name), test=0.2, seed=0)
    rows = list[list[str]]()
    for label in ("MatrixFactorization", "MatrixFactorization, y_range", "ExplicitALS"):
        model = models()[label].fit(train, progress=False)
        trained, folded = model.score_pairs(test.user_idx, test.item_idx), np.empty(len(test), np.float32)
        for user in np.unique(test.user_idx).tolist():
            at = test.user_idx == user
            folded[at] = model.predict_profile(UserProfile(*train.by_user.of(user)))[test.item_idx[at]]
        errors = [float(np.sqrt(np.square(one - test.values).mean())) for one in (trained, folded)]
        rows.append([name, label, *(f"{error:.4f}" for error in errors)])
        print(*rows[-1], file=sys.stderr, flush=True)
    return rows


# ---- the table ----------------------------------------------------------------------------------------------


def measured(ratings: cf.Ratings) -> dict[str, dict[str, Any]]:
    found = dict[str, dict[str, Any]]()
    for label, model in models().items():
        model.fit(ratings, progress=False)
        error, training, jointly = additivity(model)
        alike, wait = agreement(model), waits(model)
        found[label] = {"error": error, "training": training, "jointly": jointly, "agreement": alike, "ms": wait}
        if label == "ImplicitMF":
            try:
                found[label]["implicit"] = beside_implicit(model)  # pyright: ignore[reportArgumentType]
            except Unavailable as error:
                found[label]["implicit"] = {"unavailable": str(error)}
        print(*row(label, found[label]), file=sys.stderr, flush=True)
    return found


def row(label: str, found: dict[str, Any]) -> list[str]:
    alike, wait = found["agreement"], found["ms"]
    return [
        label, f"{found['error']:.0e}", f"{found['training']:.1%}", f"{found['jointly']:.1%}",
        *(("–", "–") if alike is None else (f"{alike[0]:.3f}", f"{alike[1]:.1f}")),
        f"{np.median(wait):.2f}", f"{np.percentile(wait, 99):.2f}",
    ]  # fmt: skip


def sentence(found: dict[str, Any]) -> str:
    theirs = found["ImplicitMF"]["implicit"]
    if "unavailable" in theirs:
        return f"implicit {theirs['unavailable']}."
    return (
        f"`explain` of implicit {theirs['version']}, with the same factors, weights and penalties, gives 100 "
        f"pairs parts whose correlation with ours is {theirs['correlation']:.4f} (median), {theirs['top']:.0%} of the "
        f"five largest the same, in {theirs['ms']:.2f} ms each."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    about, folder = machine(), Path(os.environ.get("COFACTOR_DATA", "."))
    at_hand = [name for name in HALF_STEP_SETS if name == "tastes" or (folder / name).is_dir()]
    name = "ml-100k" if "ml-100k" in at_hand else "tastes"
    found = measured(cf.load(name))
    steps = [one for one in at_hand for one in half_step(one)]
    header = [name, "largest error", "training", "jointly", "correlation", "of five", "ms", "99th percentile"]
    text = [
        "# Reasons", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}), third_paragraph(__doc__),
        markdown_table(header, [row(*one) for one in found.items()]), sentence(found),
        "## A last half-step of the users",
        "It would leave nothing to training. RMSE on a random fifth of the ratings, of the trained rows and of rows "
        "folded in from the same ratings:",
        markdown_table(["set", "model", "trained", "half-step"], steps),
    ]  # fmt: skip
    write_results("reasons", {"machine": about, "found": found, "half_step": steps}, "\n\n".join(text))


if __name__ == "__main__":
    main()
