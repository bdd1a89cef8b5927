"""Ratings as arrays of numbers, and back, for saved models."""
