"""Which ratings are learned from and which are kept back, and what the two must not share."""
