"""The best items of each user, and the ranks of held-out ones."""
