"""What correct guesses prove of ε: the lower bound from one run with many coins [steinke2023auditing].

Each of m people was in the table or not by a coin of their own. Of r of them it is guessed which, v guesses are right.
Under (ε, δ) each guess is right with probability e^ε / (1 + e^ε) at most, whatever came before, and
    P(v or more of r) ≤ β + 2 m δ max_i (P(v - i or more) - β) / i,        β = P(Binomial(r, e^ε / (1 + e^ε)) ≥ v).
The bound is the largest ε for which that is no more than the risk of being wrong.
"""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray

__all__ = ["LARGEST_EPSILON", "count_correct", "epsilon_bound", "probability_of"]

LARGEST_EPSILON = 50.0  # that is asked about


def probability_of(n_correct: int, n_guesses: int, epsilon: float, delta: float, n_people: int) -> float:
    """The largest probability, from 0 to 1, of so many correct guesses or more under (ε, δ).

    >>> probability_of(10, 10, 0.0, 0.0, 10) == 0.5**10
    True
    """
    from scipy.stats import binom

    right = 1 / (1 + np.exp(-epsilon))
    beta = float(binom.sf(n_correct - 1, n_guesses, right))
    fewer = np.cumsum(binom.pmf(np.arange(n_correct - 1, -1, -1), n_guesses, right))
    most = float((fewer / np.arange(1, n_correct + 1)).max()) if n_correct else 0.0
    return min(1.0, beta + 2 * n_people * delta * most)


def epsilon_bound(n_correct: int, n_guesses: int, delta: float, n_people: int, risk: float) -> float:
    """The ε that so many correct guesses refute, 0 where they refute none: it is too small with probability `risk`."""
    low, high = 0.0, LARGEST_EPSILON
    if probability_of(n_correct, n_guesses, low, delta, n_people) > risk:
        return 0.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        refuted = probability_of(n_correct, n_guesses, middle, delta, n_people) <= risk
        low, high = (middle, high) if refuted else (low, middle)
    return low


def count_correct(scores: FloatArray, present: BoolArray, n_guesses: int) -> int:
    """How many guesses are right, where half of them say "in" of the highest scores and half "out" of the lowest."""
    order = np.argsort(scores, kind="stable")
    n_out = n_guesses // 2
    guessed_in = order[len(order) - (n_guesses - n_out) :]
    return int(present[guessed_in].sum() + (~present[order[:n_out]]).sum())
