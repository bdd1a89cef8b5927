"""README's picture: the films of `tastes` on the first two factors that the dot product has found.

.venv/bin/python docs/images/make_map.py
"""

from pathlib import Path

import numpy as np

import cofactor as cf
from cofactor import plots
from cofactor.interpretation.factors import factors


def main() -> None:
    model = cf.MatrixFactorization(n_factors=16, y_range=(0.5, 5.5), n_epochs=8, seed=1).fit(cf.load("tastes"))
    found = factors(model, n=2)
    figure = plots.latent_map(found.places, found.rows.names, shown=spread_out(found.places, found.rows.counts))
    figure.savefig(Path(__file__).parent / "tastes-map.png", dpi=110)


def spread_out(places: np.ndarray, counts: np.ndarray, n: int = 60) -> list[int]:
    """The most rated films first, none whose title would lie on another's."""
    width, height = np.ptp(places, axis=0) * (0.16, 0.022)
    shown: list[int] = []
    for at in np.argsort(-counts, kind="stable"):
        apart = np.abs(places[shown] - places[at]) if shown else np.empty((0, 2))
        if not ((apart[:, 0] < width) & (apart[:, 1] < height)).any():
            shown.append(int(at))
        if len(shown) == n:
            break
    return shown


if __name__ == "__main__":
    main()
