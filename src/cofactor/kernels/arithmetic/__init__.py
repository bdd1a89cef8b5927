"""Building blocks of the loops: vector instructions, sums in registers, triangular systems, random numbers."""
