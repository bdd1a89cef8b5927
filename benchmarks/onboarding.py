"""What a few questions are worth: RMSE and nDCG@10 for people the model has never seen, by how it chose to ask them.

    python3 dev.py bench onboarding

Needs COFACTOR_DATA with ml-1m in it. A quarter of the users is held out; three quarters of what each of them rated, at
random, are the answers they can give, the rest judges. To a question about any other item they say that they don't
know it, and the question counts all the same. MatrixFactorization by least squares learns from the others. Whoever
chose the questions, answers are used in two ways: the ratings among them are folded in; or all is heard, "I don't know
it" as well, and errors are of ratings they chose to give. nDCG is over all items that were not among the possible
answers. "variance, described" is told their gender, age group and occupation as well.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Any, get_args

import numpy as np

import cofactor as cf
from cofactor.coldstart.onboarding import Onboarding, Strategy
from movielens import need_data
from newcomers import STEPS, Outcome, Person, figures, outcome, part, told_figure
from reporting import describe, machine, markdown_table, write_results

DESCRIBED = "variance, described"
WAYS = ("ratings folded in", "all answers heard")
MOST = 0.8  # of what all questions together gain, where we say that they are enough
SAMPLES = 2000  # of the bootstrap


def asked(
    onboarding: Onboarding, person: Person, *, described: bool
) -> tuple[list[tuple[Outcome, Outcome]], list[int]]:
    """After each of STEPS questions: how the person is served in both ways, and how many items they knew."""
    model, can_say = onboarding.model, dict(zip(person.told.tolist(), person.values.tolist(), strict=True))
    place, answers = {one: at for at, one in enumerate(model.ratings.items.values.tolist())}, dict[Any, float | None]()
    about = {name: one[person.user] for name, one in model.ratings.user_attributes.items()} if described else None
    outcomes, known = list[tuple[Outcome, Outcome]](), list[int]()
    for n_asked in range(max(STEPS) + 1):
        if n_asked in STEPS:
            rated = {item: rating for item, rating in answers.items() if rating is not None}
            heard = onboarding.scores(answers, about, chosen=True), onboarding.scores(answers, about)
            outcomes.append((outcome(person, model.score_newcomer(rated, about)), outcome(person, *heard)))
            known.append(len(rated))
        item = onboarding.next_question(answers, about).item
        answers[item] = can_say.get(place[item])
    return outcomes, known


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=None, help="ask only so many of the held-out people")
    chosen = parser.parse_args(arguments)
    need_data("ml-1m")
    about = machine()
    train, people = part(cf.load("ml-1m"))
    people = people[: chosen.people]
    model, described = (
        cf.MatrixFactorization(solver="als", n_factors=32, n_epochs=12, attributes=known).fit(train, progress=False)
        for known in (False, True)
    )
    runs, results = dict[str, list[list[Outcome]]](), dict[str, Any]()
    contestants = {strategy: Onboarding(model, strategy) for strategy in get_args(Strategy)}
    for name, onboarding in (contestants | {DESCRIBED: Onboarding(described)}).items():
        started = time.perf_counter()
        served = (asked(onboarding, person, described=name == DESCRIBED) for person in people)
        outcomes, known = zip(*served, strict=True)
        seconds = (time.perf_counter() - started) / len(people) / max(STEPS)
        for at, way in enumerate(WAYS):
            runs[f"{name}, {way}"] = [[both[at] for both in step] for step in zip(*outcomes, strict=True)]
        results[name] = {"known": np.mean(known, axis=0).tolist(), "seconds a question": seconds}
        print(name, results[name], file=sys.stderr, flush=True)
    of = {name: [figures(step) for step in steps] for name, steps in runs.items()}
    header = ["questions", *map(str, STEPS)]
    tables = [
        f"## {title}, {way}\n\n" + markdown_table(header, [
            [one, *(told_figure(getattr(step, name)) for step in of[f"{one}, {way}"])] for one in results
        ])
        for title, name in (("RMSE", "rmse"), ("nDCG@10", "ndcg")) for way in WAYS
    ]  # fmt: skip
    knew = [[one, *(f"{n:.1f}" for n in results[one]["known"])] for one in results]
    text = [
        "# What to ask a newcomer", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        __doc__.split("\n\n")[2], f"{len(people)} people; 95 % intervals over people.", *tables,
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
