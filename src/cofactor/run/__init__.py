"""One fit as the training sees it: who watches, when it stops, and how it ended."""
