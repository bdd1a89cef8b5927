"""What is trained by gradients: embeddings to scores, as torch modules; only `embeddings.py` needs no torch."""
