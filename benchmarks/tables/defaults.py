"""Every model at its defaults beside the peers' at theirs, on seven sets: lists by nDCG@10, ratings by RMSE.

    python3 dev.py bench defaults [--sets ml-100k …] [--no-peers]

Needs COFACTOR_DATA with ml-100k, ml-latest-small, ml-1m and gowalla in it. A fifth of each user's ratings is held out
(of the two small parts of ml-100k a fifth of all rows; of gowalla the published test). An item is liked from 70 % up
the scale on; all items that somebody has not rated are ranked. Each of our models stands under the options that are
best inside the training parts of the six *other* sets, on average; which those are, and where they are not the code's
own, stands below. `cf.auto` is what `cofactor fit` runs, with the 20 seconds and the seed that it has by itself. Peers
that learn from clicks were given all ratings, and the liked ones alone where that can be said; both are shown. EASE, of
us and of Cornac, is left out on gowalla, where it takes a quarter of an hour.

Sets are measured one by one and kept, so that a run can go on where another was ended. What peers gave is kept, too,
in `benchmarks/.cache`: they and the halves stay as they are while our models change.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.default_options import MODELS, chosen, fits, lists_of, predictions_of, values_inside
from benchmarks.shared.movielens import need_data
from benchmarks.shared.peer_environments import (
    CORNAC,
    IMPLICIT,
    LENSKIT,
    LIGHTFM,
    SURPRISE,
    Unavailable,
    installed_versions,
    peer_environment,
)  # fmt: skip
from benchmarks.shared.racing import Contestant
from benchmarks.shared.reporting import RESULTS, describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.shared.seven_sets import SETS, Halves, halves_file, ndcg, rmse
from cofactor.errors import CofactorError

PEERS = {"implicit": IMPLICIT, "surprise": SURPRISE, "lenskit": LENSKIT, "cornac": CORNAC}
PACKAGES = {"implicit": "implicit", "surprise": "scikit-surprise", "lenskit": "lenskit", "cornac": "cornac"}
ENTRANTS = {
    "implicit": ["ALS", "ALS of likes", "BPR", "BPR of likes", "BM25", "BM25 of likes", "cosine", "cosine of likes"],
    "surprise": ["SVD", "SVDpp", "BaselineOnly", "KNNBaseline"],
    "lenskit": ["ImplicitMF, lists", "ItemKNN, lists", "BiasedMF, ratings", "Bias, ratings", "ItemKNN, ratings"],
    "cornac": ["BPR, lists", "EASE, lists", "ItemKNN, lists", "MF, ratings"],
}
TOO_LONG = {("ml-1m", "surprise", "SVDpp"), ("ml-1m", "surprise", "KNNBaseline"), ("gowalla", "cornac", "EASE, lists"),
            ("gowalla", "cornac", "ItemKNN, lists"), ("gowalla", "cornac", "BPR, lists")}  # fmt: skip
AUTO = "cf.auto (`cofactor fit`)"
N_BOOTSTRAP, NOISE = 2_000, 0.03
FLOORS = {"Popularity": "ndcg@10", "Bias": "rmse"}  # the simplest model of each kind, and what it is judged by
Row = dict[str, Any]


def ours(name: str, halves: Halves, inside: dict[str, dict[str, list[float]]]) -> dict[str, Row]:
    """Our models under the options chosen without this set, and `cf.auto`."""
    rows = dict[str, Row]()
    others = [one for one in SETS if one != name and one in inside]
    for label, model in MODELS.items():
        if fits(model, halves.train):
            options = model.options[chosen(label, inside, others)]
            rows[label] = {"options": options, **_measured(model.make(**options).fit, halves)}
            _say(name, label, rows[label])
    rows[AUTO] = _measured(lambda train, progress: cf.auto(train, progress=progress).model, halves)
    _say(name, AUTO, rows[AUTO])
    return rows


def _measured(fit: Any, halves: Halves) -> Row:
    started = time.perf_counter()
    try:
        model = fit(halves.train, progress=False)
    except CofactorError as error:
        return {"failed": str(error)}
    row: Row = {"seconds": time.perf_counter() - started, "ndcg": ndcg(lists_of(model, halves), halves)}
    if model.abilities.predicts and halves.train.explicit:
        row["predicted"] = predictions_of(model, halves)
    return row


def peers(name: str, halves: Halves) -> dict[str, Row]:
    """What the peers reach; those that cannot be installed, and pairs known to take too long, say so."""
    data, rows = halves_file(name, halves), dict[str, Row]()
    for peer, entrants in ENTRANTS.items():
        python = peer_environment(peer, PEERS[peer])
        for entrant in entrants:
            of_ratings = peer == "surprise" or entrant.endswith(("ratings", "of likes"))
            if of_ratings and not halves.train.explicit:
                continue
            label = f"{peer} {entrant}"
            rows[label] = _peer(peer, python, entrant, data, (name, peer, entrant) in TOO_LONG, halves)
            _say(name, label, rows[label])
    return rows


def _peer(peer: str, python: Path, entrant: str, data: Path, too_long: bool, halves: Halves) -> Row:
    if too_long:
        return {"failed": "left out: too long, or too large, for this table"}
    kept = data.with_name(f"{data.stem}-{peer}-{entrant.replace(', ', '-').replace(' ', '-')}.npz")
    if not kept.is_file():
        one, out = Contestant(peer, python, f"contestants/peers/{peer}_first_try.py"), kept.with_suffix(".part.npz")
        try:
            one.run("--entrant", entrant, "--data", str(data), "--out", str(out))
        except RuntimeError as error:
            return {"failed": str(error).strip().splitlines()[-1]}
        out.rename(kept)
    found: dict[str, NDArray[Any]] = dict(np.load(kept))
    row: Row = {"seconds": float(found["seconds"])}
    if "lists" in found:
        row["ndcg"] = ndcg(found["lists"], halves)
    if "predicted" in found:
        row["predicted"] = found["predicted"]
    return row


# ---- against what `cofactor fit` chose --------------------------------------------------------------------------


def summed_up(rows: dict[str, Row], halves: Halves) -> dict[str, Row]:
    """Means instead of single values, and each row's lead over `cf.auto` with its paired 95 % interval."""
    found, auto = dict[str, Row](), rows[AUTO]
    for label, row in rows.items():
        one: Row = {key: row[key] for key in ("options", "seconds", "failed") if key in row}
        if "ndcg" in row:
            one |= {"ndcg@10": float(row["ndcg"].mean()), "ndcg_lead": _interval(row["ndcg"] - auto["ndcg"])}
        if "predicted" in row:
            one |= {"rmse": rmse(row["predicted"], halves), "rmse_lead": _rmse_lead(row, auto, halves)}
        found[label] = one
    for floor, metric in FLOORS.items():
        for label in (label for label in found if metric in found[label] and metric in found.get(floor, {})):
            lead = rows[label]["ndcg"] - rows[floor]["ndcg"] if metric == "ndcg@10" else None
            over = _interval(lead) if lead is not None else _rmse_lead(rows[label], rows[floor], halves)
            found[label][f"over {floor}"] = over
    return found


def _interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Of their mean, by resampling the users."""
    rng, n = np.random.default_rng(0), len(differences)
    means = [float(differences[rng.integers(0, n, n)].mean()) for _ in range(N_BOOTSTRAP)]
    return tuple(np.percentile(means, [2.5, 97.5]).tolist())


def _rmse_lead(row: Row, auto: Row, halves: Halves) -> tuple[float, float]:
    """How much lower the row's RMSE is than that of `cf.auto`, by resampling the users."""
    assert halves.train.scale is not None
    test, n = halves.test, halves.test.n_users
    sums = np.stack([
        np.bincount(test.user_idx, (np.clip(one["predicted"], *halves.train.scale) - test.values) ** 2, n)
        for one in (row, auto)
    ] + [np.bincount(test.user_idx, minlength=n)])  # fmt: skip
    rng, leads = np.random.default_rng(0), list[float]()
    for _ in range(N_BOOTSTRAP // 4):
        mine, its, rows = sums[:, rng.integers(0, n, n)].sum(axis=1)
        leads.append(float(np.sqrt(its / rows) - np.sqrt(mine / rows)))
    return tuple(np.percentile(leads, [2.5, 97.5]).tolist())


def verdicts(rows: dict[str, Row]) -> list[str]:
    """Where `cf.auto` stands on a set, and which of ours are behind the simplest model of their kind, in words."""
    told = [_place(rows, "ndcg@10", "ndcg_lead", -1)]
    if "rmse" in rows[AUTO]:
        told.append(_place(rows, "rmse", "rmse_lead", 1))
    for floor, metric in FLOORS.items():
        if metric in rows.get(floor, {}):
            told.append(f"behind {floor} in {metric}: {', '.join(_behind(rows, floor, metric)) or 'none'}")
    return told


def _behind(rows: dict[str, Row], floor: str, metric: str) -> list[str]:
    """Those of ours that are meant for the metric and are behind the floor, each with how far."""
    least, sign = rows[floor][metric], -1 if metric == "ndcg@10" else 1
    told = list[str]()
    for label, row in rows.items():
        meant = label == AUTO or (label in MODELS and MODELS[label].metric == metric)
        if not meant or metric not in row or (gap := sign * (row[metric] - least)) <= 1e-9:
            continue
        low, high = row[f"over {floor}"]
        told.append(f"{label} by {gap / least:.2%} ({'within the noise' if low <= 0 <= high else 'surely'})")
    return told


def _place(rows: dict[str, Row], metric: str, lead: str, sign: int) -> str:
    """Whether `cf.auto` is first, or within the noise of the first."""
    auto = rows[AUTO][metric]
    first = min((label for label in rows if metric in rows[label]), key=lambda label: sign * rows[label][metric])
    if first == AUTO:
        return f"cf.auto is first in {metric}"
    gap, (low, high) = abs(rows[first][metric] - auto) / auto, rows[first][lead]
    within = low <= 0 <= high and gap < NOISE
    return (
        f"{first} is {gap:.1%} ahead of cf.auto in {metric} (lead {low:.4f} to {high:.4f}): "
        f"{'within the noise' if within else 'NOT within the noise'}"
    )


# ---- the report --------------------------------------------------------------------------------------------------


def report(results: dict[str, Any], versions: dict[str, str]) -> str:
    sets = [one for one in SETS if one in results["sets"]]
    parts = ["# Defaults", describe(results["machine"], versions), third_paragraph(__doc__)]
    for title, metric in (("Lists, nDCG@10", "ndcg@10"), ("Ratings, RMSE", "rmse")):
        labels = dict.fromkeys(
            label for one in sets for label, row in results["sets"][one].items() if metric in row or "failed" in row
        )
        rows = [[label, *(_cell(results["sets"][one].get(label, {}), metric) for one in sets)] for label in labels]
        rows = [row for row in rows if any(cell.replace(".", "").isdigit() for cell in row[1:])]
        parts += [f"## {title}", markdown_table(["", *sets], rows)]
    parts.append("## What these say")
    parts += ["\n".join(f"- {one}: {told}" for told in verdicts(results["sets"][one])) for one in sets]
    parts += ["## Options chosen without the set", _options_table(results, sets), *_failures(results, sets)]
    return "\n\n".join([*parts, *(f"{name}: {why}" for name, why in results.get("unavailable", {}).items())])


def _cell(row: Row, metric: str) -> str:
    return f"{row[metric]:.4f}" if metric in row else "–" if "failed" in row else ""


def _options_table(results: dict[str, Any], sets: Sequence[str]) -> str:
    rows = [
        [label, *(_options_of(results["sets"][one].get(label, {})) for one in sets)]
        for label in MODELS if len(MODELS[label].options) > 1
    ]  # fmt: skip
    return markdown_table(["", *sets], rows)


def _options_of(row: Row) -> str:
    given = row.get("options")
    return "" if given is None else ", ".join(f"{name} {value}" for name, value in given.items()) or "as in the code"


def _failures(results: dict[str, Any], sets: Sequence[str]) -> list[str]:
    told = [
        f"- {one}, {label}: {row['failed']}"
        for one in sets for label, row in results["sets"][one].items() if "failed" in row
    ]  # fmt: skip
    return ["## Left out\n\n" + "\n".join(told)] if told else []


def _say(name: str, label: str, row: Row) -> None:
    shown = {key: round(float(np.mean(value)), 4) for key, value in row.items() if key in ("ndcg", "seconds")}
    print(name, label, row.get("options", ""), shown or row, file=sys.stderr, flush=True)


def _versions() -> dict[str, str]:
    found = {"cofactor": cf.__version__, "numpy": np.__version__}
    for peer, package in PACKAGES.items():
        found |= installed_versions(peer_environment(peer, PEERS[peer]), [package])
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="measured now (default: all)")
    parser.add_argument("--inside", action="store_true", help="only compare candidates inside the training parts")
    parser.add_argument(
        "--models", nargs="+", choices=MODELS, default=list(MODELS), help="compared inside (default: all)"
    )
    parser.add_argument("--peers", action="store_true", help="only let the peers learn and keep what they give")
    parser.add_argument("--no-peers", action="store_true", help="the peers' figures of an earlier run are kept")
    asked = parser.parse_args(arguments)
    need_data("ml-100k", "ml-latest-small", "ml-1m", "gowalla")
    path = RESULTS / "defaults.json"
    results: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {"inside": {}, "sets": {}}
    results["machine"] = machine()
    for name in asked.sets if asked.inside else []:
        train = SETS[name]().train
        for label in asked.models:
            if fits(MODELS[label], train) and len(MODELS[label].options) > 1:
                try:
                    results["inside"].setdefault(name, {})[label] = values_inside(label, train)
                except CofactorError as error:
                    print(name, label, error, file=sys.stderr)
                _say(name, label, {"inside": results["inside"][name].get(label)})
        path.write_text(json.dumps(results, indent=1) + "\n")
    for name in asked.sets if asked.peers else []:
        peers(name, SETS[name]())
    if asked.inside or asked.peers:
        return
    try:
        peer_environment("lightfm", LIGHTFM)
    except Unavailable as error:
        results["unavailable"] = {"LightFM": str(error)}
    for name in asked.sets:
        halves, before = SETS[name](), results["sets"].get(name, {})
        rows = summed_up(
            ours(name, halves, results["inside"]) | ({} if asked.no_peers else peers(name, halves)), halves
        )
        kept = {label: row for label, row in before.items() if label not in rows and " " in label}
        results["sets"][name] = rows | (kept if asked.no_peers else {})
        path.write_text(json.dumps(results, indent=1) + "\n")
    write_results("defaults", results, report(results, _versions()))


if __name__ == "__main__":
    main()
