"""The ids of a table's rows: as they are written, as keys, as numbers."""
