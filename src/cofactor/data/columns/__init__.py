"""What the columns of a table hold: which part each plays, and its ids, values and times."""
