"""Work on ranges of shards, done here or by the machines of a Ray cluster."""
