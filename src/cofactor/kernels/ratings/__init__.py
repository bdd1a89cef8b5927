"""Ratings as arrays, row by row."""
