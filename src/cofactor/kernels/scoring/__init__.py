"""Scores of given pairs."""
