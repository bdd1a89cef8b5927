"""Tables of every kind that a caller may hold, opened: files, text, data frames, streams."""
