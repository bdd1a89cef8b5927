"""Rows solved or drawn given the other side: least squares, and the posterior of a row."""
