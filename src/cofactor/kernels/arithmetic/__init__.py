"""What the loops are made of: vector instructions, sums in registers, triangular systems, random numbers."""
