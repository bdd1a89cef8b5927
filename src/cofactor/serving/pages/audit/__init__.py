"""The audits of the model shown: each runs in the background, and is answered with what has been measured so far."""
