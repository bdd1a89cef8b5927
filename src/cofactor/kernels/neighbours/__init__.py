"""Items that occur together: nearest neighbours, and regressions on them."""
