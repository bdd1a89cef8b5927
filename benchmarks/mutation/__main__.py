"""Do the tests see? Small faults are put into the sources at random, one at a time, and the tests of their room run.

    python3 dev.py mutate                              300 faults over all rooms; about an hour on two cores
    python3 dev.py mutate --room data --n 50 --seed 1
    python3 dev.py mutate --tests ../older/tests --out mutation_before       other tests, the same faults
    python3 dev.py mutate --since mutation_before      only those that lived then: what is dead stays so

Which faults, says `mutants.py`; which tests, `rooms.py`. What lived is shown with its diff. A fault that
changes nothing anybody can ask for is written, with a word why, into `mutants_that_change_nothing.txt`; it is counted
apart. Writes `results/mutation.json` and `.md` where all rooms were drawn from.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.mutation.mutants import Mutant, mutants_of
from benchmarks.mutation.rooms import ROOMS, room_of, sources_of, stages_of
from benchmarks.mutation.trials import Outcome, copied_tree, run_all
from benchmarks.shared.reporting import RESULTS, markdown_table, write_results

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "src" / "cofactor"
SAME = Path(__file__).with_name("mutants_that_change_nothing.txt")


def drawn(rooms: Sequence[str], n: int, seed: int) -> list[Mutant]:
    """n mutants, each as likely as any other."""
    files = [path for room in rooms for path in sources_of(room, PACKAGE)]
    every = [one for path in files for one in mutants_of(path, (PACKAGE / path).read_bytes())]
    random.Random(seed).shuffle(every)
    valid = (one for one in every if one.is_python)
    return [one for one, _ in zip(valid, range(n))]


def known_to_change_nothing() -> dict[tuple[str, str, str], str]:
    """(file, line before, line after) -> why, from the paragraphs of the file."""
    reasons: dict[tuple[str, str, str], str] = {}
    for paragraph in SAME.read_text().split("\n\n"):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        path, why = lines[0].split(": ", 1)
        before, after = ("\n".join(line[2:] for line in lines[1:] if line.startswith(sign)) for sign in "-+")
        reasons[path, before, after] = why
    return reasons


def reason(mutant: Mutant, known: Mapping[tuple[str, str, str], str]) -> str:
    """Why it changes nothing; "": nobody has said so."""
    return known.get((mutant.path.as_posix(), *mutant.changed), "")


def tried(mutants: Sequence[Mutant], tests: Path, workers: int) -> list[tuple[Mutant, Outcome]]:
    """What became of each; raises SystemExit where tests fail with no fault at all."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copied_tree(PROJECT, tests, Path(folder))
        root = tree.roots[0]
        stages = {path: stages_of(path, root) for path in sorted({one.path for one in mutants})}
        of_all = [sorted({stage[0] for one in stages.values() for stage in one})]
        for _, outcome in run_all([(None, of_all)], tree):  # whose bytecode is kept for all that follow
            if not outcome.lived:
                raise SystemExit(f"The tests fail without any fault: {outcome.by}\n{(root / 'out.txt').read_text()}")
            print(f"All tests pass without a fault, in {outcome.seconds:.0f} s.", flush=True)
        found = list[tuple[Mutant, Outcome]]()
        for mutant, outcome in run_all(((one, stages[one.path]) for one in mutants), tree.times(workers)):
            assert mutant is not None
            found.append((mutant, outcome))
            print(_told(len(found), len(mutants), mutant, outcome), flush=True)
        return found


def _told(at: int, n: int, mutant: Mutant, outcome: Outcome) -> str:
    what = f"{at}/{n} {mutant.path}:{mutant.line} {mutant.operator}, {outcome.seconds:.0f} s"
    return f"{what}: LIVED\n{mutant.diff}" if outcome.lived else f"{what}: {outcome.by}"


Outcomes = Sequence[tuple[Mutant, Outcome]]


def table(found: Outcomes, before: Outcomes = ()) -> str:
    """By room: how many were drawn, change nothing, were killed and lived, and the share killed of those that change
    something; before: of the same faults in an earlier run."""
    now, then, rows = _counted(found), _counted(before), list[list[str]]()
    for room in (*ROOMS, "all"):
        killed, lived, same = (now[room, kind] for kind in ("killed", "lived", "same"))
        if killed + lived + same:
            earlier = [_share(then, room)] if before else []
            counts = (killed + lived + same, same, killed, lived)
            rows.append([room, *map(str, counts), *earlier, _share(now, room)])
    header = ["room", "drawn", "change nothing", "killed", "lived", *["share before"] * bool(before), "share killed"]
    return markdown_table(header, rows)


def _counted(found: Outcomes) -> Counter[tuple[str, str]]:
    """How many of each room, and of all, were killed, lived, or change nothing."""
    known, counts = known_to_change_nothing(), Counter[tuple[str, str]]()
    for mutant, outcome in found:
        kind = "same" if reason(mutant, known) else "lived" if outcome.lived else "killed"
        counts.update({(room, kind): 1 for room in (room_of(mutant.path), "all")})
    return counts


def _share(counts: Mapping[tuple[str, str], int], room: str) -> str:
    killed, lived = counts[room, "killed"], counts[room, "lived"]
    return f"{killed / max(1, killed + lived):.1%}"


def earlier(name: str, mutants: Sequence[Mutant]) -> list[tuple[Mutant, Outcome]]:
    """What became of these mutants in an earlier run; those that were not in it are left out."""
    told = {(one["file"], one["line"], one["diff"]): one for one in json.loads(_result(name).read_text())["faults"]}
    keys = [(one, (one.path.as_posix(), one.line, one.diff)) for one in mutants]
    return [(one, Outcome(told[key]["lived"], told[key].get("by", ""), 0.0)) for one, key in keys if key in told]


def _result(name: str) -> Path:
    return RESULTS / f"{name}.json"


def as_json(mutant: Mutant, outcome: Outcome, why: str) -> dict[str, Any]:
    told = {"file": mutant.path.as_posix(), "line": mutant.line, "operator": mutant.operator, "diff": mutant.diff}
    return told | ({"lived": True, "changes nothing": why} if outcome.lived else {"lived": False, "by": outcome.by})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "dev.py mutate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--room", choices=ROOMS, action="append", help="draw from this room alone; may be repeated")
    parser.add_argument("--n", type=int, default=300, help="how many faults (default: 300)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", type=Path, default=PROJECT / "tests", help="the folder of tests that are asked")
    parser.add_argument("--since", help="name of earlier results: try only those again that lived")
    parser.add_argument("--workers", type=int, default=2, help="processes at once (default: 2)")
    parser.add_argument("--out", help="name of the results (default: mutation where all rooms are drawn from)")
    return parser.parse_args()


def main() -> None:
    asked, began = arguments(), time.monotonic()
    mutants, known = drawn(asked.room or ROOMS, asked.n, asked.seed), known_to_change_nothing()
    before = earlier(asked.since, mutants) if asked.since else []
    settled = [one for one in before if not one[1].lived or reason(one[0], known)]
    open_ones = {id(one) for one in mutants} - {id(mutant) for mutant, _ in settled}
    found = settled + tried([one for one in mutants if id(one) in open_ones], asked.tests, asked.workers)
    text = page(found, before, asked.seed, time.monotonic() - began)
    name = asked.out or (None if asked.room else "mutation")
    if name is None:
        print(text)
        return
    results = [as_json(mutant, outcome, reason(mutant, known)) for mutant, outcome in found]
    write_results(name, {"seed": asked.seed, "faults": results}, text)
    print(f"\nEach of them is in {_result(name)}.")


def page(found: Outcomes, before: Outcomes, seed: int, seconds: float) -> str:
    """What is written beside the numbers."""
    known = known_to_change_nothing()
    lived = [mutant for mutant, outcome in found if outcome.lived and not reason(mutant, known)]
    kinds = Counter(mutant.operator for mutant in lived)
    since = " Those that an earlier run had killed were not tried again." if before else ""
    diffs = "\n\n".join(f"    {mutant.path}:{mutant.line}\n" + _indented(mutant.diff) for mutant in lived)
    return (
        f"# Faults that the tests see\n\n{len(found)} faults, drawn with seed {seed}, one at a time; the tests of "
        f"their room were run until one failed.{since} {seconds / 60:.0f} minutes.\n\n{table(found, before)}\n\n"
        f"Of those that lived: {', '.join(f'{n} {kind}' for kind, n in kinds.most_common()) or 'none'}.\n\n{diffs}"
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


if __name__ == "__main__":
    main()
