"""implicit's `explain` of its ALS for pairs of users and items, with the factors and penalties it is given.

Its penalty is one number for all users, so that it is set anew for each pair.
"""

import argparse
import os
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as implicit asks for: it has threads of its own

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

parser = argparse.ArgumentParser()
parser.add_argument("--given", required=True, help="factors, clicks by user, pairs and the penalty of each")
parser.add_argument("--out", required=True, help="what each click adds, pair after pair, and seconds of each pair")
asked = parser.parse_args()
given = np.load(asked.given)
n_users, n_items = len(given["users"]), len(given["items"])
clicks = csr_matrix((given["weights"], given["indices"], given["indptr"]), shape=(n_users, n_items))
model = AlternatingLeastSquares(factors=given["items"].shape[1], num_threads=1)
model.user_factors, model.item_factors = given["users"], given["items"]
parts, seconds = [], []
for user, item, penalty in zip(given["user_idx"], given["item_idx"], given["penalty"]):
    model.regularization = float(penalty)
    started = time.perf_counter()
    _, found, _ = model.explain(user, clicks, item, N=n_items)
    seconds.append(time.perf_counter() - started)
    of_item = dict(found)
    parts.append([of_item[one] for one in clicks[user].indices])
np.savez(asked.out, parts=np.concatenate(parts), seconds=seconds)
