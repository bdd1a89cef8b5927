"""Options are of the types that their fields state, whenever they are given."""

from dataclasses import dataclass

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.hyperparameters import conform
from cofactor.models import model_class, model_names


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"n_factors": np.int64(8)}, {"n_factors": 8}),
        ({"n_factors": 8.0}, {"n_factors": 8}),
        ({"n_factors": np.float32(8)}, {"n_factors": 8}),
        ({"n_factors": np.array(8)}, {"n_factors": 8}),
        ({"seed": np.uint8(3)}, {"seed": 3}),
        ({"weight_decay": 1}, {"weight_decay": 1.0}),
        ({"learning_rate": np.float64(0.5)}, {"learning_rate": 0.5}),
        ({"y_range": np.array([0, 5.5])}, {"y_range": (0.0, 5.5)}),
        ({"y_range": [np.float32(0), 5]}, {"y_range": (0.0, 5.0)}),
        ({"batch_size": np.int32(64)}, {"batch_size": 64}),
        ({"batch_size": None}, {"batch_size": None}),
        ({"attributes": np.bool_(True)}, {"attributes": True}),
        ({"solver": np.str_("sgd")}, {"solver": "sgd"}),
    ],
)
def test_numbers_of_numpy_become_the_equal_python_value(given, taken):
    ((name, value),) = taken.items()
    found = cf.MatrixFactorization(**given).options()[name]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"n_factors": "8"}, "n_factors must be a whole number, but '8' came"),
        ({"n_factors": True}, "a whole number, but True came"),
        ({"n_factors": 8.5}, "a whole number, but 8.5 came"),
        ({"n_factors": None}, "a whole number, but None came"),
        ({"n_factors": [8]}, "a whole number"),
        ({"n_factors": np.array([8])}, "a whole number"),
        ({"n_factors": float("inf")}, "a whole number"),
        ({"n_factors": 8 + 0j}, "a whole number"),
        ({"seed": -1}, "seed is a whole number, 0 or more, but -1 came"),
        ({"batch_size": "64"}, "batch_size must be a whole number or None"),
        ({"weight_decay": "0.1"}, "weight_decay must be a finite number or None, but '0.1' came"),
        ({"weight_decay": float("nan")}, "a finite number or None, but nan came"),
        ({"weight_decay": 10**400}, "a finite number"),
        ({"weight_decay": False}, "a finite number or None, but False came"),
        ({"y_range": 5}, r"a tuple \(a finite number, a finite number\) or None, but 5 came"),
        ({"y_range": (0, 1, 2)}, "a tuple"),
        ({"y_range": "05"}, "a tuple"),
        ({"y_range": (0, "5")}, "a tuple"),
        ({"attributes": 1}, "True or False, but 1 came"),
        ({"solver": "newton"}, "solver must be one of adam, sgd, but 'newton' came"),
        ({"solver": "als"}, "one of adam, sgd, but 'als' came"),
        ({"device": 0}, "a text, but 0 came"),
    ],
)
def test_what_would_have_to_be_guessed_at_is_refused(given, expected):
    with pytest.raises(BadOption, match=expected):
        cf.MatrixFactorization(**given)


def test_a_tuple_of_any_length_has_parts_of_one_type():
    assert cf.NeuralCF(layers=np.array([8, 4])).layers == (8, 4)
    assert cf.NeuralCF(layers=[8.0]).layers == (8,)
    with pytest.raises(BadOption, match="a tuple, each part of it a whole number"):
        cf.NeuralCF(layers=(8, 4.5))


def test_a_field_that_is_set_later_is_checked_at_fit(checkerboard):
    model = cf.ImplicitMF(n_factors=2)
    model.n_factors = 2.5
    with pytest.raises(BadOption, match=r"n_factors must be a whole number, but 2\.5 came"):
        model.fit(checkerboard)
    model.n_factors = np.int64(2)
    assert type(model.fit(checkerboard, progress=False).options()["n_factors"]) is int


@pytest.mark.parametrize("name", model_names())
def test_no_model_takes_a_text_for_a_number_or_a_range_that_it_does_not_have(name):
    options = {key: value for key, value in model_class(name)().options().items() if type(value) in (int, float)}
    for key, value in options.items():
        for wrong in (str(value), True, float("nan"), None if key not in ("memory_gb", "epsilon") else "1"):
            with pytest.raises(BadOption, match=f"{key} must be"):
                model_class(name)(**{key: wrong})


def test_a_class_from_elsewhere_may_have_fields_of_any_type():
    @dataclass
    class Mine:
        table: np.ndarray
        n: "int" = 3
        unknown: "Nowhere" = None  # noqa: F821

    mine = Mine(np.eye(2), n=np.int64(4), unknown=object())
    conform(mine)
    assert type(mine.n) is np.int64  # its types cannot be looked up, so nothing is guessed
    assert mine.table.shape == (2, 2)


def test_an_option_that_a_model_does_not_have_is_answered_by_the_one_that_was_meant():
    with pytest.raises(BadOption, match="ImplicitMF has no option 'factors'. Did you mean 'n_factors'"):
        cf.ImplicitMF(factors=50)
    with pytest.raises(BadOption, match="Popularity has no option 'x'. It has: damping."):
        cf.Popularity(x=3)
