"""A table in shards, as it lies in a folder or an object store: written, opened, and one user found in it."""
