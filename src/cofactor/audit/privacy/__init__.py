"""Privacy: what a table of ratings, or a model learned from one, gives away about the people in it."""
