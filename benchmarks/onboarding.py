"""What a few questions are worth: RMSE and nDCG@10 for people the model has never seen, by how it chose to ask them.

    python3 dev.py bench onboarding

Needs COFACTOR_DATA with ml-1m in it. A quarter of the users is held out; three quarters of what each of them rated, at
random, are the answers they can give, the rest judges. To a question about any other item they say that they don't
know it, and the question counts all the same. MatrixFactorization by least squares learns from the others; what
somebody answered is folded in, whoever chose the questions. nDCG is over all items that were not among the possible
answers.
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

ENOUGH = 0.005  # RMSE that further questions may still gain, where we say it is enough


def asked(onboarding: Onboarding, model: cf.Recommender, person: Person) -> tuple[list[Outcome], list[int]]:
    """After each of STEPS questions: how the person is served, and how many items they knew."""
    can_say = dict(zip(person.told.tolist(), person.values.tolist(), strict=True))
    place, answers = {one: at for at, one in enumerate(model.ratings.items.values.tolist())}, dict[Any, float | None]()
    outcomes, known = list[Outcome](), list[int]()
    for n_asked in range(max(STEPS) + 1):
        if n_asked in STEPS:
            rated = {item: rating for item, rating in answers.items() if rating is not None}
            outcomes.append(outcome(person, model.score_newcomer(rated)))
            known.append(len(rated))
        item = onboarding.next_question(answers).item
        answers[item] = can_say.get(place[item])
    return outcomes, known


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=600, help="held-out people who are asked")
    chosen = parser.parse_args(arguments)
    need_data("ml-1m")
    about = machine()
    train, people = part(cf.load("ml-1m"))
    people = people[: chosen.people]
    model = cf.MatrixFactorization(solver="als", n_factors=32, n_epochs=12).fit(train, progress=False)
    results, rows_of = dict[str, Any](), {"RMSE": list[list[str]](), "nDCG@10": list[list[str]]()}
    rmse = dict[str, list[float]]()
    for strategy in get_args(Strategy):
        started, onboarding = time.perf_counter(), Onboarding(model, strategy)
        outcomes, known = zip(*(asked(onboarding, model, person) for person in people), strict=True)
        at_step = [figures(column) for column in zip(*outcomes, strict=True)]
        seconds = (time.perf_counter() - started) / len(people) / max(STEPS)
        knew = np.mean(known, axis=0).tolist()
        results[strategy] = {"figures": at_step, "known": knew, "seconds a question": seconds}
        rmse[strategy] = [one.rmse[0] for one in at_step]
        rows_of["RMSE"].append([strategy, *(told_figure(one.rmse) for one in at_step)])
        rows_of["nDCG@10"].append([strategy, *(told_figure(one.ndcg) for one in at_step)])
        print(strategy, rmse[strategy], knew, f"{seconds:.4f} s", file=sys.stderr, flush=True)
    header = ["questions", *map(str, STEPS)]
    knew_rows = [[one, *(f"{n:.1f}" for n in results[one]["known"])] for one in results]
    text = [
        "# What to ask a newcomer", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        __doc__.split("\n\n")[2], f"{len(people)} people; 95 % intervals over people.",
        *(f"## {name}\n\n{markdown_table(header, rows)}" for name, rows in rows_of.items()),
        "## How many of the items asked about they knew", markdown_table(header, knew_rows), _verdict(rmse),
    ]  # fmt: skip
    write_results("onboarding", {"machine": about, "steps": STEPS, "strategies": results}, "\n\n".join(text))


def _verdict(rmse: dict[str, list[float]]) -> str:
    ours, popular = rmse["variance"], rmse["popularity"]
    enough = next(n for n, value in zip(STEPS, ours, strict=True) if value - ours[-1] <= ENOUGH)
    five, ten = STEPS.index(5), STEPS.index(10)
    return (
        f"After 5 questions `variance` has an RMSE of {ours[five]:.4f}, `popularity` after 10 one of "
        f"{popular[ten]:.4f}. After {enough} questions `variance` is within {ENOUGH:g} of where it stands after "
        f"{STEPS[-1]}."
    )


if __name__ == "__main__":
    main()
