"""implicit's batch `recommend` with the factors it is given."""

import os
import sys

if "--blas-threads" not in sys.argv:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as implicit asks for: it has threads of its own

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from benchmarks.contestants import topn_race

parser = topn_race.parser()
parser.add_argument("--blas-threads", action="store_true", help="leave OpenBLAS its threads")
asked = parser.parse_args()
table, users, items = topn_race.given(asked)
ones = np.ones(len(table.values), np.float32)
seen = csr_matrix((ones, (table.user_idx, table.item_idx)), shape=(table.n_users, table.n_items))
model = AlternatingLeastSquares(factors=users.shape[1])
model.user_factors, model.item_factors = users, items
topn_race.run(
    asked, lambda who: model.recommend(who, seen[: len(who)], N=topn_race.N, filter_already_liked_items=True)[1]
)
