"""The rows of a table: those that can be used, by index, each pair of user and item once."""
