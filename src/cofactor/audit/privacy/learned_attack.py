"""The best order that a linear rule finds: an attack that has learned from other people how to weigh what it sees."""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray

__all__ = ["cross_fitted_scores", "logistic_weights"]

RIDGE = 1e-6  # penalty of the weights, for each row; without any, what tells perfectly would need infinite ones
N_STEPS = 12  # of Newton's method; fewer than ten leave nothing to gain


def cross_fitted_scores(features: FloatArray, wanted: BoolArray) -> FloatArray:
    """(n_people, n_items) how likely each item is wanted, in logits, by a rule learned from the other half of people.

    features: (n_people, n_items, f)     wanted: (n_people, n_items)
    """
    scores = np.empty(wanted.shape)
    halves = [np.arange(len(wanted)) % 2 == half for half in (0, 1)]
    for learned_from, judged in (halves, halves[::-1]):
        known = features[learned_from].reshape(-1, features.shape[2])
        centre, spread = known.mean(axis=0), np.maximum(known.std(axis=0), 1e-12)
        design = np.column_stack([np.ones(len(known)), (known - centre) / spread])
        weights = logistic_weights(design, wanted[learned_from].ravel())
        scores[judged] = weights[0] + ((features[judged] - centre) / spread) @ weights[1:]
    return scores


def logistic_weights(design: FloatArray, wanted: BoolArray) -> FloatArray:
    """(f,) the weights of a logistic regression, by damped Newton steps. design: (n, f)     wanted: (n,)"""
    weights, penalty = np.zeros(design.shape[1]), RIDGE * len(design) * np.eye(design.shape[1])
    for _ in range(N_STEPS):
        probability = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        curvature = design.T @ (design * (probability * (1 - probability))[:, None]) + penalty
        gradient = design.T @ (wanted - probability) - penalty @ weights
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
    return weights
