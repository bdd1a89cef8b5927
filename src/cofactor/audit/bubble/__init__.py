"""The filter bubble: recommend, choose, learn from the choices, and again; what lists and people become."""
