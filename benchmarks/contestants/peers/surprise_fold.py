"""Surprise's SVD++ with its defaults on one fold, ratings cached, which is its faster way: errors and seconds."""

import argparse
from pathlib import Path

import numpy as np
from surprise import SVDpp

from benchmarks.contestants.contest import answer, errors, read_split, seconds
from benchmarks.contestants.peers.surprise_table import trainset

parser = argparse.ArgumentParser()
parser.add_argument("--data", type=Path, required=True)
asked = parser.parse_args()

train, test = read_split(asked.data)
prepared = trainset(train)
pairs = list(zip(test.user_idx.tolist(), test.item_idx.tolist(), test.values.tolist(), strict=True))
model, predicted = SVDpp(cache_ratings=True, random_state=0), []
fit = seconds(lambda: model.fit(prepared))
predict = seconds(lambda: predicted.extend(one.est for one in model.test(pairs)))
answer(fit=fit, predict=predict, **errors(np.array(predicted), test))
