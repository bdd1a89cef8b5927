"""A filter on the graph of who has what: what somebody has is spread to who has it too, and to what they have.

Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021 (GF-CF) [shen2021gfcf]: a linear
low-pass, which is that spreading, plus one that keeps only the smoothest singular vectors. Nothing is trained. How much
a busy user and a popular item count is left open here, as an exponent for each of three places, and the smooth vectors
are weighted as ridge regression on the graph would: λ / (λ + ridge), which gives a direction that few share its due
beside what everybody does. GF-CF weights them all alike (ridge = 0).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.learned import floats
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption
from cofactor.models._profile_model import ProfileModel, profiles
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["GraphFilter"]

FEW_ROWS = 2_000  # of whose Gram matrix all vectors are found in a second or two
NUMBERS_AT_ONCE = 8_000_000  # of users who share something with a row
DENSE_SHARE = 0.02  # of the users, beyond which a product with the zeros among them is the faster one
ROUNDS, EXTRA = 4, 20  # of the subspace iteration, and vectors beyond those that are kept


@dataclass(kw_only=True)
class GraphFilter(ProfileModel):
    """score = x D_i⁻ᵃ Rᵀ D_u⁻ᵇ R D_i⁻ᶜ  +  low_pass · x D_i^-½ V λ/(λ + ridge) Vᵀ D_i^½

    R: who has what     D: how many each has     V, √λ: the first singular vectors and values of D_u⁻ᵉ R D_i^-½, the
    largest 1. Both parts are in units of their own spread over the catalogue, for each user.
    """

    learned: ClassVar = {"basis_": floats("n_items", "n_kept")}
    objective: ClassVar = (
        "Nothing: it follows a fixed rule, from one's items to the people who have them and on to what these have. So "
        "it shows what is had together, and with it what is popular."
    )

    given_exponent: float = 0.7  # a: 1 counts an item that everybody has least
    user_exponent: float = 0.7  # b: 1 counts somebody who has everything least
    reached_exponent: float = 0.5  # c: larger leads further from what is popular
    n_components: int = 256  # singular vectors that are kept; 0: none
    basis_exponent: float = 0.5  # e
    ridge: float = 0.2  # 0: all that are kept count alike
    low_pass: float = 0.5  # their weight; the linear part has 1
    seed: int = 0

    @property
    def abilities(self) -> Abilities:
        return Abilities(predicts=False, gives_reasons=True)

    def search_space(self) -> Space:
        return {
            "given_exponent": Between(0.0, 1.0),
            "user_exponent": Between(0.0, 1.0),
            "reached_exponent": Between(0.0, 1.0),
            "n_components": Between(16, 512, log=True),
            "low_pass": Between(0.0, 1.0),
            "ridge": Between(0.01, 1.0, log=True),
        }

    def _check_options(self) -> None:
        for name in ("n_components", "ridge", "low_pass"):
            if getattr(self, name) < 0:
                raise BadOption(f"{name} must be 0 or more, but {getattr(self, name)} came.")

    def _fit(self, train: "Ratings", run: "Run") -> None:
        vars(self).pop("_graph", None)  # of other ratings
        size = min(self.n_components, *(n - 1 for n in (train.n_users, train.n_items)))
        self.basis_ = np.zeros((train.n_items, 0), np.float32)
        if size > 0:
            graph = self._graph
            scaled = graph.table.multiply(graph.users[:, None] ** -self.basis_exponent)
            vectors, values = _singular_vectors(scaled.multiply(graph.items**-0.5).tocsr(), size, self.seed)
            share = values / max(values[0], 1e-12)
            self.basis_ = vectors * np.sqrt(share / np.maximum(share + self.ridge, 1e-12))

    @cached_property
    def _graph(self) -> "_Graph":
        table, positives = profiles(self.ratings), self.ratings.positives
        counts = positives.by_user.counts, positives.item_counts
        users, items = (np.maximum(c, 1).astype(np.float32) for c in counts)
        back = table.multiply(users[:, None] ** -self.user_exponent).T.tocsr()
        return _Graph(table, back, users, items)

    @property
    def forgetting(self) -> Forgetting:
        return "retrain-equal"

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, Any]:
        """All of it, learned anew: a fit is as quick as anything that would move its smoothest vectors exactly."""
        vars(self).pop("_graph", None)
        return self._learned_anew(remaining)

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        """The graph is that of all ratings; its smoothest vectors stay as they were, 0 at new items."""
        vars(self).pop("_graph", None)  # of the ratings before
        return {"basis_": np.pad(self.basis_, ((0, joined.ratings.n_items - len(self.basis_)), (0, 0)))}

    def score_profile(self, profile: UserProfile) -> FloatArray:
        items = profile.item_idx[profile.values > 0]
        return self._mapped(_row_of(items, self.ratings.n_items))[0] if len(items) else self._average.copy()

    def _mapped(self, rows: "csr_array") -> FloatArray:
        linear, smooth = self._parts(rows)
        scores = linear / _spread(linear)
        if smooth is not None:
            scores += self.low_pass * smooth / _spread(smooth)
        return scores.astype(np.float32)

    def _parts(self, rows: "csr_array") -> tuple[FloatArray, FloatArray | None]:
        """(b, n_items) each, not yet in their own units; None where there is no low pass."""
        graph = self._graph
        reached = graph.reached(rows.multiply(graph.items**-self.given_exponent).tocsr())
        linear = reached * graph.items**-self.reached_exponent
        if not (self.basis_.size and self.low_pass):
            return linear, None
        return linear, (rows.multiply(graph.items**-0.5).tocsr() @ self.basis_) @ self.basis_.T * graph.items**0.5

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """Both parts are sums over what somebody has, and their units are the same for all items."""
        items, values = self.past_ratings(who)
        items = items[values > 0]
        if not len(items):
            return Reasons(item=float(self._average[item_idx]))
        graph = self._graph
        linear, smooth = self._parts(_row_of(items, self.ratings.n_items))
        has_it = np.zeros(len(graph.users), np.float32)
        has_it[self.ratings.positives.by_item.of(item_idx)[0]] = 1
        shared = graph.back[items] @ has_it  # how many have both, each by how little they have
        given, reached = graph.items[items] ** -self.given_exponent, graph.items[item_idx] ** -self.reached_exponent
        parts = given * shared * reached / _spread(linear)[0]
        if smooth is not None:
            weights = (graph.items[items] ** -0.5)[:, None] * self.basis_[items]
            low_pass = weights @ self.basis_[item_idx] * graph.items[item_idx] ** 0.5
            parts = parts + self.low_pass * low_pass / _spread(smooth)[0]
        return Reasons(item_idx=items, parts=parts.astype(np.float64))


def _row_of(items: IntArray, n_items: int) -> "csr_array":
    """(1, n_items), 1 for these."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(items), np.float32), items, [0, len(items)]), (1, n_items))


class _Graph(NamedTuple):
    table: "csr_array"  # R (n_users, n_items)
    back: "csr_array"  # Rᵀ D_u⁻ᵇ (n_items, n_users)
    users: FloatArray  # (n_users,) how many items each has, at least 1
    items: FloatArray  # (n_items,)

    def reached(self, rows: "csr_array") -> FloatArray:
        """(b, n_items) rows Rᵀ D_u⁻ᵇ R, some rows at a time. rows: (b, n_items)

        Where most users have something of what a row has, a product with zeros left out takes longer than with them.
        """
        found = np.empty((len(rows.indptr) - 1, len(self.items)), np.float32)
        step = max(1, NUMBERS_AT_ONCE // max(1, len(self.users)))
        for at in range(0, len(found), step):
            shared: Any = rows[at : at + step] @ self.back  # how much each user has of what a row has
            if shared.nnz > DENSE_SHARE * np.prod(shared.shape):
                by_user: Any = np.ascontiguousarray(shared.toarray().T)
                found[at : at + step] = (self.table.T @ by_user).T
            else:
                found[at : at + step] = (shared @ self.table).toarray()
        return found


def _spread(scores: FloatArray) -> FloatArray:
    """(b, 1) the standard deviation of each row, its unit."""
    return np.maximum(scores.std(axis=1, keepdims=True), 1e-12)


def _singular_vectors(table: "csr_array", size: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """(n, size) of the columns, the largest first, and the squares of their values, (size,); by subspace iteration
    (Halko et al. 2011 [halko2011finding]), or through the rows' Gram matrix where rows are few."""
    back: csr_array = table.T.tocsr()
    n, m = len(back.indptr) - 1, len(table.indptr) - 1
    if m <= min(n, FEW_ROWS):
        gram: Any = table @ back
        values, rows = np.linalg.eigh(gram.toarray().astype(np.float64))
        values, rows = np.maximum(values[::-1][:size], 0), rows[:, ::-1][:, :size]
        lengths = np.sqrt(np.where(values > 0, values, np.inf))  # a value of 0 has no vector
        return (back @ (rows / lengths).astype(np.float32)), values.astype(np.float32)
    basis = np.random.default_rng(seed).standard_normal((n, min(size + EXTRA, n, m))).astype(np.float32)
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(back @ (table @ basis))
    image = table @ basis
    values, vectors = np.linalg.eigh((image.T @ image).astype(np.float64))
    kept = np.ascontiguousarray(basis @ vectors[:, ::-1][:, :size].astype(np.float32))
    return kept, np.maximum(values[::-1][:size], 0).astype(np.float32)
