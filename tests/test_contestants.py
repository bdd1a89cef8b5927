"""Our own contestants in the races of `benchmarks/` run, and answer with the figures that the tables are made of."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

CONTESTANTS = Path(__file__).parents[1] / "benchmarks" / "contestants"
OURS = CONTESTANTS / "ours"


@pytest.fixture(scope="module")
def files(tmp_path_factory, tastes) -> dict[str, str]:
    """Ratings as the races' tables stand on disk, with a tenth held out, and factors of it."""
    folder, rng = tmp_path_factory.mktemp("race"), np.random.default_rng(0)
    columns = {name: getattr(tastes, name) for name in ("user_idx", "item_idx", "values")}
    np.savez(folder / "table.npz", **columns, test=np.arange(len(tastes)) % 10 == 0)
    rows = {"users": tastes.n_users, "items": tastes.n_items}
    factors = {side: rng.normal(size=(n, 16)).astype(np.float32) for side, n in rows.items()}
    np.savez(folder / "factors.npz", **factors)
    return {"DATA": str(folder / "table.npz"), "FACTORS": str(folder / "factors.npz"), "OUT": str(folder / "out.npz")}


@pytest.mark.parametrize(
    ("script", "arguments", "figures"),
    [
        ("cofactor_explicit", "--data DATA --epochs 1 2", "points"),
        ("cofactor_fold", '--data DATA --model ExplicitALS --options {"n_factors":4}', "fit predict rmse mae"),
        ("cofactor_fold", '--data DATA --model BayesianMF --options {"n_draws":4}', "fit predict rmse mae"),
        ("cofactor_gibbs", '--data DATA --options {"n_factors":4} --sweeps 2', "sweep"),
        ("cofactor_implicit", '--data DATA --options {"n_factors":16} --sweeps 2 --factors OUT', "sweep"),
        ("cofactor_scaling", "--data DATA --model als --n-factors 16 --sweeps 2", "sweep csr given peak"),
        ("cofactor_scaling", "--data DATA --model implicit --n-factors 16 --sweeps 2", "sweep csr given peak"),
        ("cofactor_scaling", "--data DATA --model gibbs --n-factors 16 --sweeps 2", "sweep csr given peak"),
        ("cofactor_sgd", "--data DATA --solver adam --n-epochs 2", "whole_fit"),
        ("cofactor_sgd", "--data DATA --solver sgd --n-epochs 2", "whole_fit"),
        ("cofactor_topn", "--data DATA --factors FACTORS --repeats 1", "users_per_s total"),
    ],
)
def test_each_runs_and_answers(script, arguments, figures, files, monkeypatch, capsys):
    for name, path in files.items():
        arguments = arguments.replace(name, path)
    monkeypatch.setattr(sys, "argv", [script, *arguments.split()])
    runpy.run_path(str(OURS / f"{script}.py"), run_name="__main__")
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(figures.split()) <= set(found)


REFUSED = {  # calls of the course that are answered by an error of ours, on purpose
    "NoSuchColumn": ["dls.classes['film']"],
    "NotInTraining": ["o2i of a stranger", "dls.test_dl(a stranger)", "model.bias([a stranger])"],
    "BadTable": ["ratings of nan", "validate(dl=rows without)"],
    "Unsupported": ["fit(opt_func=torch.optim.SGD)"],
    "BadOption": ["a monitor that is no column", "accuracy of ratings, network"],
    "AttributeError": ["learn.nonsense"],
    "AssertionError": ["test_eq, tensors do not"],
}


def test_the_courses_calls_are_answered_and_only_some_refused(monkeypatch, capsys, tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    import cofactor.collab
    from benchmarks.tables.fastai_surface import REASONS

    monkeypatch.chdir(tmp_path)  # what the script changes is changed back
    monkeypatch.setattr(sys, "argv", ["surface_calls", "cofactor.collab"])
    runpy.run_path(str(CONTESTANTS / "surface_calls.py"), run_name="__main__")
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    cofactor.collab.plt.close("all")
    refused = {name: [call for call, answer in found.items() if answer == name] for name in REFUSED}
    assert refused == REFUSED
    assert sum(answer.endswith("Error") for answer in found.values()) == 2  # those two of them that are Python's
    assert set(REASONS) <= set(found)
