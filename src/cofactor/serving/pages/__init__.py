"""The JSON behind each view: one file a view, and what several of them share."""
