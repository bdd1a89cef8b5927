"""Audits: what a model's recommendations do to items and people, measured on held-out ratings."""
