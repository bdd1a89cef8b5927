"""The weights of a blend's models, learned on ratings that none of the models has seen."""
