"""Our ranking of all users by the contract that every model keeps; the model is given its factors."""

import cofactor as cf
from benchmarks.contestants import topn_race
from benchmarks.contestants.ours.as_ratings import as_ratings

asked = topn_race.parser().parse_args()
table, users, items = topn_race.given(asked)
model = cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=users.shape[1])
model.ratings_, model.user_factors_, model.item_factors_ = as_ratings(table), users, items
_ = model.ratings.by_user  # laid out once; implicit is given its matrix, too
topn_race.run(asked, lambda everybody: model.rank(everybody, topn_race.N).scores)
