"""Which model, for data of which nothing is known beforehand: several are tried on a part that is held out."""
