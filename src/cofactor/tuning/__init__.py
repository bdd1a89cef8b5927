"""The search for good options on a part of the training ratings."""
