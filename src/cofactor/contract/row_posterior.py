"""What a model knows of its users or items: means and variances in the ratings' unit, and the distances they make."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["RowPosterior"]


class RowPosterior(NamedTuple):
    """Posteriors of n rows (users or items), seen through those who rate them (or are rated by them).

    With q_i and q_j the factors of two items and p those of a person drawn from the model's distribution of people,

        E (p · q_i - p · q_j)²  =  |places_i - places_j|² + variances_i + variances_j

    places: (n, d); the metric is the covariance of p
    variances: (n,) what is unknown of each row's factors, in the same metric     bias_variances: (n,) of its bias
    """

    places: FloatArray
    variances: FloatArray
    bias_variances: FloatArray

    def distances(self, idx: int) -> FloatArray:
        """(n,) in the ratings' unit, the square root of the above: by how much (root mean square) a person's ratings of
        each row and of row `idx` are expected to differ by taste, what is unknown of both rows included.

        A row that few ratings stand behind is therefore far from all others.
        """
        squares = np.einsum("nd,nd->n", self.places, self.places)
        squared = squares + squares[idx] - 2 * (self.places @ self.places[idx])
        return np.sqrt(np.maximum(squared, 0) + self.variances + self.variances[idx])
