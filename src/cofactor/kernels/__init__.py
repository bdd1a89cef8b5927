"""Arrays and numbers in, arrays out: no ids, no logging, no class of ours. Arrows go down; rooms on a line do not meet.

    models, training, evaluation, selection, data
      |            |             |              |
    gibbs        gradient      ranking        neighbours    a sweep's draws | Adam, SGD, BPR, nets | lists
      |            |             |              |
    scoring   posterior          |              |           given pairs | rows solved, improved or drawn
      |            |             |              |
    ratings        |             |              |           compressed sparse rows
      |            |             |              |
    arithmetic ----+-------------+--------------+           registers, tiles of sums, Cholesky, random numbers
      |
    compiling                                               from Numba to machine code that is kept and shipped
      |
    blas  threads  alignment  absent  twins                   who runs what; how arrays lie

In a room, `x.py` has the functions that others call, their argument structs, and the division of work among threads;
`x_loops.py` has the loops that become machine code; `x_numpy.py` has the twins, the same formulas in plain NumPy, which
COFACTOR_KERNELS=numpy chooses. `x.py` names its loops by text (`Native`) and never imports them, for they import Numba:
it is loaded where something has to be compiled, and nowhere else.
"""
