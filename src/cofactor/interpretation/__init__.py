"""Opening a model: what its factors mean."""
