"""How far each option may go: the last value that is refused beside the first that is taken."""

import pytest

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.models import model_class, model_names
from cofactor.recommender import Recommender

TINY = 1e-9
BY_EPOCHS = {
    "n_epochs": (0, 1), "batch_size": (-1, 1), "learning_rate": (0, TINY), "weight_decay": (-TINY, 0),
    "averaged": (1, 0), "y_range": ((2, 2), (2, 3)),
}  # fmt: skip
ENDS = {  # option: (refused, taken), by model
    "popularity": {"damping": (-TINY, 0)},
    "bias": {"reg_user": (0, TINY), "reg_item": (0, TINY)},
    "ease": {"reg": (0, TINY)},
    "sparse_ease": {"reg": (0, TINY), "n_neighbors": (0, 1)},
    "item_knn": {"n_neighbors": (0, 1), "shrinkage": (-TINY, 0)},
    "graph_filter": {"n_components": (-1, 0), "ridge": (-TINY, 0), "low_pass": (-TINY, 0)},
    "implicit_mf": {
        "n_factors": (0, 1), "n_epochs": (0, 1), "n_steps": (0, 1), "block_size": (8, 16),
        "unobserved_weight": (0, TINY), "reg": (0, TINY), "confidence": (-TINY, 0),
        "power": (0, TINY),
    },
    "explicit_als": {"n_factors": (0, 1), "n_epochs": (0, 1), "reg": (-TINY, 0)},
    "bpr": {"n_factors": (0, 1), "n_epochs": (0, 1), "learning_rate": (0, TINY), "weight_decay": (-TINY, 0)},
    "private_als": {
        "n_factors": (-1, 0), "n_epochs": (0, 1), "max_ratings": (0, 1), "epsilon": (0, TINY), "delta": (1, 0.999),
        "rating_range": ((2, 2), (2, 3)),
    },
    "bayesian_mf": {
        "n_factors": (0, 1), "n_burn_in": (-1, 0), "n_draws": (1, 2), "thin": (0, 1), "n_chains": (101, 100),
    },
    "matrix_factorization": {"n_factors": (0, 1), **BY_EPOCHS},
    "neural_cf": {
        "layers": ((4, 0), (1,)), "n_factors": (-1, 0), "dot_factors": (-1, 0), "n_negatives": (0, 1),
        "dropout": (1, 0), **BY_EPOCHS,
    },
    "ranker_and_rater": {"rater": ("ease", "bias"), "error": (0, TINY), "held_out": (1, 0.999)},
    "blend": {"members": (("bias",), ("bias", "popularity")), "held_out": (1, 0.999)},
}  # fmt: skip


def test_every_model_that_refuses_values_says_here_which():
    ours = {name: cls for name in model_names() if (cls := model_class(name)).__module__.startswith("cofactor.")}
    missing = {name for name, cls in ours.items() if cls._check_options is not Recommender._check_options} - ENDS.keys()
    assert not missing, f"Write into ENDS, of each option of {missing}: the last value refused, the first taken."


@pytest.mark.parametrize(("name", "option"), [(name, option) for name, ends in ENDS.items() for option in ends])
def test_the_last_value_is_refused_by_name_and_the_next_is_taken(name, option):
    refused, taken = ENDS[name][option]
    with pytest.raises(BadOption, match=option.removeprefix("n_")):
        model_class(name)(**{option: refused})._check_options()
    model_class(name)(**{option: taken})._check_options()


def test_what_lies_at_the_other_end_is_refused_too():
    for wrong in ({"averaged": -0.1}, {"dropout": -0.1}, {"layers": ()}):
        with pytest.raises(BadOption, match=next(iter(wrong))):
            cf.NeuralCF(**wrong)._check_options()
    with pytest.raises(BadOption, match="held_out"):
        cf.Blend(held_out=0)._check_options()
    with pytest.raises(BadOption, match="Leave averaged out of 'sgd'"):
        cf.MatrixFactorization(solver="sgd", averaged=0.3)._check_options()


@pytest.mark.parametrize(
    "fine",
    [
        cf.MatrixFactorization(solver="sgd", y_range=(0, 5)), cf.ExplicitALS(reg_exponent=-1),
        cf.MatrixFactorization(averaged=0.3), cf.ImplicitMF(solver="cg"), cf.ImplicitMF(solver="block"),
        cf.ItemKNN(weighting="tfidf"), cf.NeuralCF(layers=(1, 1)),
    ],
)  # fmt: skip
def test_what_is_offered_is_taken(fine):
    fine._check_options()
