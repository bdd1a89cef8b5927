"""The n best items of each user: by an exact search, or by an approximate one in large catalogues."""
