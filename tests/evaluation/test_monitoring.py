"""One metric watched while a model trains."""

import pytest

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.evaluation import monitor
from cofactor.evaluation.evaluate import evaluate


@pytest.mark.parametrize("name", ["rmse", "ndcg@10", "auc", "coverage@5"])
def test_it_says_what_evaluate_says(tastes, name):
    train, test = cf.split(tastes)
    model = cf.Bias().fit(train)
    assert monitor(name, test)(model) == evaluate(model, test, metrics=[name]).values[name]


def test_training_stops_by_it(tastes):
    train, test = cf.split(tastes)
    stopping = cf.EarlyStopping(metric=monitor("ndcg@10", test), better="higher", patience=2)
    model = cf.MatrixFactorization(n_factors=4, n_epochs=30, learning_rate=0.02)
    model.fit(train, early_stopping=stopping, progress=False)
    assert monitor("ndcg@10", test)(model) == max(stopping.seen)


def test_an_unknown_name_is_refused_before_training(tastes):
    with pytest.raises(BadOption, match="Did you mean 'ndcg'"):
        monitor("ndgc@10", tastes)


def test_what_the_data_cannot_have_is_refused(tastes):
    from dataclasses import replace

    train, test = cf.split(replace(tastes, kind="clicks"))
    with pytest.raises(BadOption, match="clicks have no ratings"):
        monitor("rmse", test)(cf.Popularity().fit(train))
