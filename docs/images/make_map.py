"""README's picture: the films of `tastes` on the first two factors that the dot product has found.

.venv/bin/python docs/images/make_map.py
"""

from pathlib import Path

import cofactor as cf


def main() -> None:
    model = cf.MatrixFactorization(n_factors=16, y_range=(0.5, 5.5), n_epochs=8, seed=1).fit(cf.load("tastes"))
    cf.factors(model).plot().figure.savefig(Path(__file__).parent / "tastes-map.png", dpi=110)


if __name__ == "__main__":
    main()
