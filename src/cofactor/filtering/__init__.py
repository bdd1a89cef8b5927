"""Conditions on the attributes of items: `where="year >= 1990 and genres has 'Comedy'"`, parsed, never run as code."""
