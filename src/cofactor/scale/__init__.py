"""Tables larger than memory: shards of users, read one after the other, and what is learned from their sums."""
