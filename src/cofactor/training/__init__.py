"""How gradient models are trained: one loop, its schedule, and what hangs on the end of an epoch."""
