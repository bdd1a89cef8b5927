"""Models learned from shards: passes over them, and sums in which no user is kept."""
