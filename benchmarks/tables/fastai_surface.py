"""The calls that course notebooks make, by fastai and by us on the same table and seed: what agrees, what differs, why.

    python3 dev.py bench fastai_surface

Each call of `contestants/surface_calls.py` is made in fastai's environment and in ours, and its result compared in
words: type, shape, columns, or the value where it is a plain one. A difference is meant where a reason is
given.
"""

import argparse
from collections.abc import Mapping, Sequence

import cofactor
from benchmarks.shared.peer_environments import FASTAI, installed_versions, peer_environment
from benchmarks.shared.racing import OURS, Contestant
from benchmarks.shared.reporting import describe, machine, third_paragraph, write_results

SCRIPT = "contestants/surface_calls.py"
THEIRS = ("fastai.collab", "fastai.tabular.all", "fastai.callback.all")  # the modules a notebook imports by "*"
PEERS = ("fastai", "torch", "pandas")  # whose versions the table names
LONGEST = 90  # characters of a result that are shown

REASONS = {
    "dls.classes['film']": "a KeyError that says which columns there are",
    "o2i of a stranger": "nothing was learned about #na#, so a stranger is an error that names it, a KeyError too",
    "dls.train.items": "the user, the item and the rating; other columns stay in the caller's table",
    "a batch of whole ratings": "a loss is of floats",
    "rows seen in an epoch": "an epoch sees every row once, as it did when the book was printed",
    "dls.test_dl(a stranger)": "as above: an error that names the stranger",
    "bs above the number of rows": "one batch of all rows and a warning, where no batch would give a loss of nan",
    "get_emb_sz(dls, two other names)": "the lecture writes other names and means these widths; a warning names both",
    "model.bias([a stranger])": "a KeyError, by its own name",
    "fit(opt_func=torch.optim.SGD)": "said when the learner is made, with what to take",
    "ratings of nan": "an error that names the rows, where every loss would be nan",
    "validate(dl=rows without)": "an error that says that there are no ratings",
    "learn.predict(row)": "it predicts",
    "export, load_learner": "the file's path comes back",
    "callbacks in get_preds": "predictions are made at once, without events",
    "callbacks in lr_find": "the search is no training: nothing is logged, saved or stopped",
    "after_epoch of a callback": "the table has the epoch that has just ended",
    "SaveModelCallback(monitor='_rmse')": "the lowest error is the best one",
    "a monitor that is no column": "an error that names the columns",
    "accuracy of ratings, network": "predicted ratings are no classes: an error that says what to take",
    "test_eq(tensor, list)": "compared by value",
}


def answers(contestant: Contestant) -> Mapping[str, str]:
    found = contestant.run()
    return {name: text for name, text in found.items() if name not in ("wall", "others")}


def verdict(name: str, theirs: str, ours: str) -> str:
    if theirs == ours:
        return "agrees"
    return f"meant: {REASONS[name]}" if name in REASONS else "**differs**"


def table(theirs: Mapping[str, str], ours: Mapping[str, str], peer: str) -> str:
    rows = [(*map(_cell, (name, theirs[name], ours[name])), verdict(name, theirs[name], ours[name])) for name in ours]
    lines = [("call", peer, "cofactor", ""), ("---",) * 4, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summary(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    said = [verdict(name, theirs[name], ours[name]).partition(":")[0] for name in ours]
    return (
        f"Of {len(said)} calls {said.count('agrees')} agree, {said.count('meant')} differ on purpose, and "
        f"{said.count('**differs**')} otherwise."
    )


def _cell(text: str) -> str:
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    return f"`{shown}`".replace("\n", " ").replace("|", "\\|")


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    about = machine()
    python = peer_environment("fastai", FASTAI)
    versions = {"cofactor": cofactor.__version__, **installed_versions(python, PEERS)}
    peer = f"fastai {versions['fastai']}"
    theirs = answers(Contestant(peer, python, SCRIPT, THEIRS))
    ours = answers(Contestant("cofactor", OURS, SCRIPT, ("cofactor.collab",)))
    text = "\n\n".join([
        "# fastai's surface, call by call", third_paragraph(__doc__), describe(about, versions),
        summary(theirs, ours), table(theirs, ours, peer),
    ])  # fmt: skip
    results = {"machine": about, "versions": versions, "fastai": theirs, "cofactor": ours, "reasons": REASONS}
    write_results("fastai_surface", results, text)


if __name__ == "__main__":
    main()
