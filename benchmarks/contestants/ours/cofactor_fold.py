"""One of our models on one fold: its errors, and the seconds of fit and prediction."""

import argparse
import json
from pathlib import Path
from typing import Any

import cofactor as cf
from benchmarks.contestants.contest import answer, errors, read_split, seconds
from benchmarks.contestants.ours.as_ratings import as_ratings


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", choices=("BayesianMF", "ExplicitALS"), required=True)
    parser.add_argument("--options", type=json.loads, required=True)
    asked = parser.parse_args()

    train, test = read_split(asked.data)
    model: Any = getattr(cf, asked.model)(**asked.options)
    fit = seconds(lambda: model.fit(as_ratings(train), progress=False))
    predicted: list[Any] = []
    predict = seconds(lambda: predicted.append(model.predict(test.user_idx, test.item_idx)))
    answer(fit=fit, predict=predict, **errors(predicted[0], test))


if __name__ == "__main__":
    main()
