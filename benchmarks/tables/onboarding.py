"""What a few questions are worth: RMSE and nDCG@10 for people the model has never seen, by how it chose to ask them.

    python3 dev.py bench onboarding

Needs COFACTOR_DATA with ml-1m in it. Each quarter of the users is held out in its turn; three quarters of what each of
them rated, at random, are the answers they can give, the rest judges. To a question about any other item they say that
they don't know it, and the question counts all the same. MatrixFactorization by least squares learns from the other
users. Whoever chose the questions, answers are used in two ways: the ratings among them are folded in; or all is heard,
"I don't know it" as well, and errors are of ratings they chose to give. nDCG is over all items that were not among the
possible answers. "variance, described" is told their gender, age group and occupation as well.
"""

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple, get_args

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.newcomers import PARTS, STEPS, Outcome, Person, figures, outcome, part, told_figure
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.coldstart.onboarding import Onboarding, Strategy
from cofactor.kernels.blas import quiet_blas

DESCRIBED = "variance, described"
WAYS = ("ratings folded in", "all answers heard")
MOST = 0.8  # of what all questions together gain, where we say that they are enough
SAMPLES = 2000  # of the bootstrap


class Interview(NamedTuple):
    """Of one person, after each of STEPS questions."""

    served: list[tuple[Outcome, Outcome]]  # in each of WAYS
    known: list[int]  # of the items asked about
    seconds: float  # that a question and what it led to took


def ask_quarter(held_out: int, n_people: int | None) -> dict[str, list[Interview]]:
    """By the name of who asks."""
    train, people = part(cf.load("ml-1m"), held_out)
    model, described = (
        cf.ExplicitALS(n_factors=32, n_epochs=12, attributes=known).fit(train, progress=False)
        for known in (False, True)
    )
    asking = {name: Onboarding(model, name) for name in get_args(Strategy)} | {DESCRIBED: Onboarding(described)}
    with quiet_blas():  # another quarter has the other core
        return {
            name: [interview(one, person, described=name == DESCRIBED) for person in people[:n_people]]
            for name, one in asking.items()
        }


def interview(onboarding: Onboarding, person: Person, *, described: bool) -> Interview:
    model, can_say = onboarding.model, dict(zip(person.told.tolist(), person.values.tolist(), strict=True))
    place, answers = {one: at for at, one in enumerate(model.ratings.items.values.tolist())}, dict[Any, float | None]()
    about = {name: one[person.user] for name, one in model.ratings.user_attributes.items()} if described else None
    served, known, started = list[tuple[Outcome, Outcome]](), list[int](), time.perf_counter()
    for n_asked in range(max(STEPS) + 1):
        if n_asked in STEPS:
            rated = {item: rating for item, rating in answers.items() if rating is not None}
            heard = onboarding.scores(answers, about, chosen=True), onboarding.scores(answers, about)
            served.append((outcome(person, model.score_newcomer(rated, about)), outcome(person, *heard)))
            known.append(len(rated))
        if n_asked < max(STEPS):
            item = onboarding.next_question(answers, about).item
            answers[item] = can_say.get(place[item])
    return Interview(served, known, (time.perf_counter() - started) / max(STEPS))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quarters", type=int, default=PARTS, help="hold out only so many of the four in their turn")
    parser.add_argument("--people", type=int, default=None, help="ask only so many people of each")
    chosen = parser.parse_args(arguments)
    need_data("ml-1m")
    about = machine()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        quarters = list(pool.map(partial(ask_quarter, n_people=chosen.people), range(chosen.quarters)))
    runs, results = dict[str, list[list[Outcome]]](), dict[str, Any]()
    for name in quarters[0]:
        each = [one for quarter in quarters for one in quarter[name]]
        for at, way in enumerate(WAYS):
            runs[f"{name}, {way}"] = [[both[at] for both in step] for step in zip(*(one.served for one in each))]
        results[name] = {
            "known": np.mean([one.known for one in each], axis=0).tolist(),
            "seconds a question": float(np.mean([one.seconds for one in each])),
        }
    of = {name: [figures(step) for step in steps] for name, steps in runs.items()}
    header = ["questions", *map(str, STEPS)]
    tables = [
        f"## {title}, {way}\n\n" + markdown_table(header, [
            [one, *(told_figure(getattr(step, name)) for step in of[f"{one}, {way}"])] for one in results
        ])
        for title, name in (("RMSE", "rmse"), ("nDCG@10", "ndcg")) for way in WAYS
    ]  # fmt: skip
    n_people = sum(len(quarter[DESCRIBED]) for quarter in quarters)
    knew = [[one, *(f"{n:.1f}" for n in results[one]["known"])] for one in results]
    text = [
        "# What to ask a newcomer", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        third_paragraph(__doc__), f"{n_people} people; 95 % intervals over people.", *tables,
        "## How many of the items asked about they knew", markdown_table(header, knew),
        *(_against(runs, way) for way in WAYS), _enough([step.rmse[0] for step in of[f"variance, {WAYS[1]}"]]),
    ]  # fmt: skip
    results = {"machine": about, "steps": STEPS, "strategies": results, "figures": of}
    write_results("onboarding", results, "\n\n".join(text))


def _against(runs: dict[str, list[list[Outcome]]], way: str) -> str:
    """How five questions by variance, all answers heard, do against ten by popularity, used in this way."""
    ours, theirs = runs[f"variance, {WAYS[1]}"][STEPS.index(5)], runs[f"popularity, {way}"][STEPS.index(10)]
    (of_ours, n), (of_theirs, _) = (np.array([(one.squares, one.n) for one in side]).T for side in (ours, theirs))
    drawn = np.random.default_rng(0).integers(0, len(n), (SAMPLES, len(n)))
    drawn = np.concatenate([np.arange(len(n))[None], drawn])
    errors = [np.sqrt(squares[drawn].sum(axis=1) / n[drawn].sum(axis=1)) for squares in (of_ours, of_theirs)]
    low, high = np.percentile((errors[0] - errors[1])[1:], [2.5, 97.5])
    return (
        f"After 5 questions `variance`, {WAYS[1]}, has an RMSE of {errors[0][0]:.4f}; `popularity` after 10, {way}, "
        f"one of {errors[1][0]:.4f}: a difference of {errors[0][0] - errors[1][0]:+.4f} ({low:+.4f} to {high:+.4f})."
    )


def _enough(rmse: list[float]) -> str:
    gained = (rmse[0] - np.array(rmse)) / (rmse[0] - rmse[-1])
    enough = STEPS[int(np.argmax(gained >= MOST))]
    shares = ", ".join(f"{n}: {share:.0%}" for n, share in zip(STEPS[1:], gained[1:], strict=True))
    return f"Of what {STEPS[-1]} questions gain, so many have: {shares}; {MOST:.0%} are reached after {enough}."


if __name__ == "__main__":
    main()
