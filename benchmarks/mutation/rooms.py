"""Which tests are asked about a fault in which file: its own first, then the rest of its room.

A stage is what one run of pytest is given. A fault is dead at the first test that fails, so quick and likely ones go
first, and of the contract only the cases of the model at hand (and of the blend, which has members).
"""

from pathlib import Path

__all__ = ["ROOMS", "room_of", "sources_of", "stages_of"]

ROOMS = ("data", "evaluation", "coldstart", "contract", "recommender", "models")
CONTRACT = "tests/models/test_contract.py"

OWN = {  # where the tests of a file, or of all files of a room, are not named after it
    "data/alignment": ["tests/data/splits/test_splitting.py", "tests/evaluation/test_evaluate.py"],
    "data/archives/folders": ["tests/data/test_sources.py"],
    "data/attributes/attached": ["tests/data/test_reading.py", "tests/models/test_attributes.py"],
    "data/columns/roles": ["tests/data/test_reading.py", "tests/data/test_broken_inputs.py"],
    "data/expecting": ["tests/test_arguments.py"],
    "data/features": ["tests/data/test_features.py", "tests/models/test_attributes.py"],
    "data/splits/leaks": ["tests/data/splits/test_splitting.py"],
    "data/columns/numbering": ["tests/data/test_ids.py", "tests/data/test_ratings.py"],
    "data/formats/open_table": ["tests/data/test_reading.py", "tests/data/test_broken_inputs.py"],
    "data/packing/ratings": [
        "tests/data/test_ids.py", "tests/test_model_folder.py", "tests/test_strange_folders.py",
    ],
    "data/splits/published": ["tests/data/splits/test_splitting.py"],
    "data/relevance": ["tests/evaluation/test_evaluate.py"],
    "data/report": ["tests/data/test_checking.py"],
    "data/rows/table_rows": ["tests/data/test_checking.py", "tests/data/test_reading.py"],
    "data/formats/text": ["tests/data/test_reading.py"],
    "data/columns/timestamps": ["tests/data/test_checking.py", "tests/data/test_reading.py"],
    "data/columns/values": ["tests/data/test_checking.py", "tests/data/test_reading.py"],
    "evaluation/comparison": ["tests/evaluation/test_compare.py"],
    "evaluation/comparison_notes": ["tests/evaluation/test_compare.py"],
    "evaluation/compute": ["tests/evaluation/test_evaluate.py"],
    "evaluation/metric_kinds": ["tests/evaluation/test_evaluate.py", "tests/evaluation/test_metrics.py"],
    "evaluation/metric_table": ["tests/evaluation/test_metrics.py", "tests/evaluation/test_evaluate.py"],
    "evaluation/model_labels": ["tests/evaluation/test_compare.py"],
    "evaluation/statistic": ["tests/evaluation/test_bootstrap.py", "tests/evaluation/test_leave_one_out.py"],
    "evaluation/verdicts": ["tests/evaluation/test_compare.py"],
    "coldstart/familiarity": ["tests/coldstart/test_answers.py"],
    "coldstart/shrunken_means": ["tests/coldstart/test_ladder.py"],
    "coldstart/question_tree": ["tests/coldstart/test_onboarding.py"],
    "models/_attribute_mixin": ["tests/models/test_attributes.py", "tests/models/test_implicit_mf.py"],
    "models/_factor_draws": ["tests/models/test_bayesian_mf.py", "tests/models/test_attributes.py"],
    "models/_item_weights": ["tests/models/test_item_knn.py", "tests/models/test_sparse_ease.py"],
    "models/_with_members": [
        "tests/models/test_blend.py", "tests/models/test_ranker_and_rater.py", "tests/run/test_interrupt.py",
    ],
    "models/bayesian_mf": [
        "tests/models/test_bayesian_mf.py", "tests/models/test_attributes.py", "tests/gibbs/test_gibbs.py",
    ],
    "models/bias": ["tests/models/test_matrix_models.py"],
    "models/blend": ["tests/models/test_blend.py", "tests/blending/test_blending.py"],
    "models/_biased_factors": [
        "tests/models/test_matrix_models.py", "tests/models/test_attributes.py", "tests/posterior/test_row_prior.py",
    ],
    "models/explicit_als": ["tests/models/test_explicit_als.py", "tests/models/test_trained_models.py"],
    "models/implicit_mf": ["tests/models/test_implicit_mf.py", "tests/models/test_attributes.py"],
    "models/matrix_factorization": [
        "tests/models/test_matrix_models.py", "tests/models/test_attributes.py", "tests/training/test_training.py",
        "tests/training/test_averaging.py",
    ],
    "models/neural_cf": ["tests/models/test_neural_cf.py", "tests/training/test_averaging.py"],
    "models/popularity": ["tests/models/test_matrix_models.py"],
    "contract": [
        CONTRACT, "tests/models/test_forget.py", "tests/test_receipts.py", "tests/test_reasons.py",
        "tests/test_counterfactuals.py",
        "tests/models/test_reason_variants.py", "tests/models/test_attributes.py",
        "tests/test_model_folder.py", "tests/test_snapshots.py", "tests/test_arguments.py",
        "tests/test_asking.py", "tests/models/test_own_classes.py", "tests/test_strange_folders.py",
        "tests/models/test_saved_and_opened.py",
    ],
    "recommender": [
        CONTRACT, "tests/models/test_bayesian_mf.py", "tests/models/test_attributes.py", "tests/test_model_folder.py",
        "tests/selection/test_approximate.py",
    ],
}  # fmt: skip


def room_of(path: Path) -> str:
    """Of a file, relative to the package."""
    return path.with_suffix("").parts[0]


def sources_of(room: str, package: Path) -> list[Path]:
    """The files that are changed, relative to the package; a folder's `__init__` says only what is public."""
    if (package / f"{room}.py").is_file():
        return [Path(f"{room}.py")]
    files = (file.relative_to(package) for file in sorted((package / room).rglob("*.py")))
    return [file for file in files if file.name != "__init__.py"]


def stages_of(path: Path, root: Path) -> list[list[str]]:
    """Arguments of pytest, stage after stage, for a fault in this file of the package; root: of the tree."""
    room, name = room_of(path), path.with_suffix("").as_posix()
    own = OWN.get(name) or OWN.get(room) or [f"tests/{path.parent.as_posix()}/test_{path.stem}.py"]
    stages = [[one] for one in own]
    stages.append([f"src/cofactor/{path.as_posix()}"])  # its doctests
    if room == "models":
        which = "" if path.stem.startswith("_") else path.stem
        stages.insert(0, ["tests/models/test_options.py", *(["-k", which] if which else [])])
        stages.append(["tests/tuning/test_tune.py", "-k", "searched"])  # what each may be searched between
        stages.append([CONTRACT, "-k", f"{which} or blend"] if which else [CONTRACT])
    else:
        stages.append([f"tests/{room}", *(f"--ignore={one}" for one in own)])
    return [stage for stage in stages if (root / stage[0]).exists()]
