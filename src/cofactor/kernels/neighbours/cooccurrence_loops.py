"""Products of one column with all others, over the rows that it has entries in; the largest are kept in a heap."""

from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.neighbours.cooccurrence import SparseRows

__all__ = ["SparseRows", "find_nearest"]  # entries find the argument structs here, by name


@njit(**JIT)
def _add_products(sums, touched, column, rows, columns):
    """sums[j] ← x_column · x_j, all 0 before; touched ← the columns j with a product; returns how many they are."""
    n = 0
    for at in range(columns.indptr[column], columns.indptr[column + 1]):
        row, value = columns.indices[at], columns.values[at]
        for other in range(rows.indptr[row], rows.indptr[row + 1]):
            j, product = rows.indices[other], value * rows.values[other]
            if sums[j] == 0 and product != 0 and n < touched.size:
                touched[n] = j
                n += 1
            sums[j] += product
    return n


@njit(**JIT)
def _sink(keys, names, n, key, name):
    """Replace the smallest entry of a heap by (key, name)."""
    at = 0
    while 2 * at + 1 < n:
        child = 2 * at + 1
        if child + 1 < n and keys[child + 1] < keys[child]:
            child += 1
        if key <= keys[child]:
            break
        keys[at], names[at] = keys[child], names[child]
        at = child
    keys[at], names[at] = key, name


@njit(**JIT)
def _rise(keys, names, n, key, name):
    """Add (key, name) to a heap of n."""
    at = n
    while at and key < keys[(at - 1) // 2]:
        keys[at], names[at] = keys[(at - 1) // 2], names[(at - 1) // 2]
        at = (at - 1) // 2
    keys[at], names[at] = key, name


@njit(**JIT)
def find_nearest(near, alike, rows, columns, length, shrinkage, sums, touched, start, stop):
    """near, alike (n, m) ← the neighbours of the columns start:stop; work space: sums (n,) all 0, touched (n,)."""
    m = near.shape[1]
    for column in range(start, stop):
        names, keys, n = near[column], alike[column], 0
        for at in range(_add_products(sums, touched, column, rows, columns)):
            j = touched[at]
            product, sums[j] = sums[j], 0  # a column that was noted twice is 0 the second time
            if j == column or product <= 0:
                continue
            key = product / (length[column] * length[j] + shrinkage)
            if n < m:
                _rise(keys, names, n, key, j)
                n += 1
            elif key > keys[0]:
                _sink(keys, names, n, key, j)
