"""Opening a model: what its factors mean, what everybody likes, which items belong together."""
