"""How much each model of a blend counts: weights learned on ratings that none of the models has seen."""
