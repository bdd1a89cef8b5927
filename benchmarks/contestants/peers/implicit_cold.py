import sys

import pandas as pd
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

ratings = pd.read_csv(sys.argv[1])
users, items = ratings.user.astype("category"), ratings.item.astype("category")
clicks = csr_matrix((ratings.rating.astype("float32"), (users.cat.codes, items.cat.codes)))
model = AlternatingLeastSquares(factors=64, iterations=15)
model.fit(clicks, show_progress=False)
model.save(sys.argv[2])
