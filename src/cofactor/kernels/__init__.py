"""Arrays and numbers in, arrays out: no ids, no class of ours. A room imports only rooms below it.

    room         computes                                                              imports, beside the ground
    -----------  --------------------------------------------------------------------  -------------------------------
    gibbs        draws of a sweep: coefficients of attributes, the noise of each row   scoring, ratings, arithmetic
    posterior    rows solved, improved or drawn; sums of shards; one row in NumPy      ratings, arithmetic
    gradient     steps down a gradient: Adam, SGD, BPR, perceptrons                    arithmetic
    ranking      the best items of each user, the ranks of held-out ones               arithmetic
    neighbours   nearest columns, and regressions on them                              arithmetic
    scoring      scores of given pairs, in single and in half precision                arithmetic
    ratings      compressed sparse rows, laid out from a table                         compiling
    ids          ids as they are written, as keys, as numbers; rows by ranges of keys  arithmetic
    arithmetic   registers, tiles of sums, Cholesky's factor, random numbers           compiling
    compiling    from Numba to machine code: compiled, cached, shipped, loaded         threads
    (the ground) alignment, absent: layout of arrays     threads, blas: threads     twins: machine code, or NumPy

In a room, `<x>.py` has the functions that others call, their argument structs, and the division of work among
threads; `<x>_loops.py` has the loops that become machine code; `<x>_numpy.py` has the twins, the same formulas in plain
NumPy, which COFACTOR_KERNELS=numpy chooses. `<x>.py` names its loops by text (`Native`) and never imports them, for
they import Numba, which is loaded only where a kernel has to be compiled.
"""
