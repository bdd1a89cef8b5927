"""A table that may be larger than memory becomes shards: two passes, the second one by ranges of users' keys."""
