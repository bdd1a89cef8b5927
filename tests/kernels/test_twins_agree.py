"""Machine code against its NumPy twin: the same arguments, and the same numbers to single precision."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array
from test_twins import kernels

from cofactor.kernels.gibbs.coefficients import Rotation, column_sums, draw_coefficients
from cofactor.kernels.gibbs.row_noise import draw_row_precisions
from cofactor.kernels.gradient import adam, pairwise, perceptron, sgd
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.kernels.gradient.perceptron_scores import add_scores
from cofactor.kernels.ids.key_numbers import KeyNumbers, number_ids
from cofactor.kernels.ids.key_ranges import KeyedRows, by_key_range, fingerprint
from cofactor.kernels.ids.keys import keys_of_numbers, keys_of_texts
from cofactor.kernels.ids.text_order import Texts, are_rising, find_texts
from cofactor.kernels.ids.written_numbers import holds_other_forms
from cofactor.kernels.neighbours.cooccurrence import nearest_columns
from cofactor.kernels.neighbours.item_graph import item_graph, nearest_items, neighbour_weights
from cofactor.kernels.posterior.blocks import block_steps
from cofactor.kernels.posterior.conjugate import conjugate_steps
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.row_sums import RowSums, add_ratings_to
from cofactor.kernels.posterior.schedule import LongRow, schedule_rows
from cofactor.kernels.posterior.solve import solve, sum_long_row
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.ranks import count_above, mark_hits
from cofactor.kernels.ranking.top_products import pack_items, top_products
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.kernels.ratings import layout
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.gathered_sums import gathered_sums
from cofactor.kernels.ratings.held_out import is_held_out
from cofactor.kernels.ratings.parts import divided
from cofactor.kernels.ratings.repeats import PairOrder, latest_of_pairs
from cofactor.kernels.scoring.half_precision import HalfPrecisionSide, draw_scores, multiply_halves, single_precision
from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores

N, M, K = 30, 40, 16  # rows of one side and of the other, and their width
Rng = np.random.Generator


def numbers(rng: Rng, *shape: int) -> np.ndarray:
    return rng.normal(0, 0.5, shape).astype(np.float32)


# ---- one set of arguments for each kernel -----------------------------------------------------------------


def csr(rng: Rng) -> CsrRatings:
    counts = rng.integers(0, M, N)
    indices = np.concatenate([np.sort(rng.permutation(M)[:count]) for count in counts]).astype(np.int32)
    values = rng.integers(1, 6, len(indices)).astype(np.float32)
    return CsrRatings(np.concatenate([[0], np.cumsum(counts)]), indices, values)


def table(rng: Rng) -> tuple[Any, ...]:
    """A table with repeated pairs, five different values."""
    values = layout.encode_values(rng.integers(1, 6, 500).astype(np.float32))
    return rng.integers(0, N, 500), rng.integers(0, M, 500), values, N, M


def problem(rng: Rng, k: int, *, with_bias: bool) -> RowProblem:
    root, weights = rng.normal(size=(k, 2 * k)), RatingWeights(*(np.float32(x) for x in (0.5, 2, 0.25, 1.5)))
    precision = (root @ root.T / k + np.eye(k)).astype(np.float32).ravel()
    prior = Prior(precision, rng.random(N).astype(np.float32), numbers(rng, N, k))
    whole = RowProblem(numbers(rng, M, k), numbers(rng, M), csr(rng), weights, prior)
    if not with_bias:
        return whole
    ratings = whole.ratings
    more = {"third_idx": rng.integers(0, 5, len(ratings.indices)).astype(np.int32)}
    more |= {name: rng.uniform(0.5, 2, n).astype(np.float32) for name, n in (("row_weights", N), ("other_weights", M))}
    bias = BiasTerm(np.zeros(N, np.float32), np.append(numbers(rng, k) / 8, 2).astype(np.float32), numbers(rng, N))
    return whole._replace(ratings=ratings._replace(**more), third=numbers(rng, 5, k), bias=bias)


def rows_to_solve(rng: Rng, *, k: int = K, with_bias: bool = False) -> tuple[Any, ...]:
    """The rows to start from, of which the longest are split."""
    whole = problem(rng, k, with_bias=with_bias)
    return numbers(rng, N, k), whole, schedule_rows(whole.ratings.indptr, k, split_above=30)


def one_row(rng: Rng) -> tuple[Any, ...]:
    """A row in two pieces, with a third side and a bias that its sums leave out."""
    whole = problem(rng, K, with_bias=True)
    begin, end = whole.ratings.indptr[4:6].tolist()
    return whole, LongRow(4, [begin, begin + 1, end])


def rows_to_sum(rng: Rng) -> tuple[Any, ...]:
    whole = problem(rng, K, with_bias=True)
    return RowSums.zeros(N, whole.design.shape[1], has_bias=True), whole


def users_and_keys(rng: Rng) -> tuple[Any, ...]:
    ratings = csr(rng)
    keys = (rng.integers(0, 2**64, n, np.uint64) for n in (N, M))
    return ratings.indptr, ratings.indices, *keys, 0.3


def texts(rng: Rng) -> tuple[Any, ...]:
    """Of 0 to 20 bytes each."""
    lengths = rng.integers(0, 21, 300)
    return rng.integers(0, 256, int(lengths.sum()), np.uint8), lengths


def two_texts(rng: Rng) -> tuple[Any, ...]:
    """Some that are asked for, and those that rise, of which most begin alike."""
    asked, rising = ([f"user {n}".encode() for n in rng.integers(0, 2_000, 300)] for _ in range(2))
    return _as_texts(asked), _as_texts(sorted({*rising}))


def _as_texts(texts: list[bytes]) -> Texts:
    return Texts(np.frombuffer(b"".join(texts), np.uint8), np.cumsum([len(one) for one in texts]))


def keyed_rows(rng: Rng, n: int = 300, *, as_text: bool = False) -> KeyedRows:
    keys = np.append(rng.integers(0, 2**64, 40, np.uint64), np.uint64(2**64 - 1))[rng.integers(0, 41, n)]
    columns = rng.integers(0, M, n).astype(np.int32), numbers(rng, n), rng.integers(0, 9, n)
    if not as_text:
        return KeyedRows(keys, *columns)
    lengths = rng.integers(1, 3, n).astype(np.int32)
    return KeyedRows(keys, *columns, lengths, rng.integers(97, 99, int(lengths.sum())).astype(np.uint8))


def ids_to_number(rng: Rng, *, as_text: bool = False) -> tuple[Any, ...]:
    rows = keyed_rows(rng, as_text=as_text)
    return KeyNumbers(), rows.keys, rows.lengths, rows.text


def pairs_in_order(rng: Rng) -> PairOrder:
    pairs = rng.integers(0, N * 9, 500)
    places = np.argsort(pairs, kind="stable")
    row, other = np.divmod(pairs[places], 9)
    return PairOrder(np.searchsorted(row, np.arange(N + 1)), other.astype(np.int32), places)


def repeated_pairs(rng: Rng) -> tuple[Any, ...]:
    return pairs_in_order(rng), numbers(rng, 500), rng.integers(0, 5, 500)


def ratings_and_mask(rng: Rng) -> tuple[Any, ...]:
    ratings = layout.lay_out(*table(rng))
    return ratings, rng.random(len(ratings.indices)) < 0.3


def scored_side(rng: Rng, m: int, n: int = 200) -> ScoredSide:
    return ScoredSide(numbers(rng, m, K), numbers(rng, m), rng.integers(0, m, n).astype(np.int32))


def half_side(rng: Rng, m: int) -> HalfPrecisionSide:
    return HalfPrecisionSide(numbers(rng, m, 3, 5).astype(np.float16), numbers(rng, 3, 5), rng.integers(-1, m, 50))


def row_noise(rng: Rng) -> tuple[Any, ...]:
    ratings = csr(rng)
    sides = [scored_side(rng, n) for n in (N, M)]
    return ratings, *sides, 3.0, 1.5, rng.uniform(0.5, 2, M).astype(np.float32), rng.gamma(3.0, size=N), 4.0


def columns(rng: Rng) -> tuple[Any, ...]:
    x = random_array((N, 5), density=0.4, rng=rng, format="csc", dtype=np.float32)
    return x.indptr.astype(np.int64), x.indices.astype(np.int32), x.data, np.zeros(0, np.float32)


def coefficients(rng: Rng) -> tuple[Any, ...]:
    d = 20
    forward = rng.normal(size=(d, d)) + 4 * np.eye(d)
    rotation = Rotation(forward.astype(np.float32), np.linalg.inv(forward).astype(np.float32))
    return columns(rng), numbers(rng, N, d), numbers(rng, 5, d), rotation, np.full(d, 2.0), np.full(d, 0.5), 7


def labelled(rng: Rng, n: int = 300) -> LabelledPairs:
    idx = (rng.integers(0, size, n).astype(np.int32) for size in (N, M))
    return LabelledPairs(*idx, rng.integers(1, 6, n).astype(np.float32))


def batches(rng: Rng) -> np.ndarray:
    """Three of 64 and a short one."""
    rows = rng.permutation(300)[:240].astype(np.int32)
    return np.append(rows, np.full(16, -1, np.int32)).reshape(4, 64)


def adam_side(rng: Rng, n: int, width: int, one: int = -1) -> adam.AdamSide:
    p, m, v = (numbers(rng, n, width) for _ in range(3))
    if one >= 0:
        p[:, one] = 1
    return adam.AdamSide(p, m / 10, np.square(v) / 10, np.full(n, -1, np.int64))


def adam_table(n_steps: int = 8) -> adam.AdamTable:
    return adam.make_adam_table(np.linspace(0.01, 0.02, n_steps), np.full(n_steps, 0.9), decay=0.1, before=3)


def adam_steps(rng: Rng) -> tuple[Any, ...]:
    users, items = adam_side(rng, N, 8, one=6), adam_side(rng, M, 8, one=5)
    work = (adam.make_touched_rows(side, 64) for side in (users, items))
    return users, items, *work, 5, labelled(rng), batches(rng), 2, adam_table(), (0.5, 5.5), np.zeros(4, np.float32)


def rows_behind(rng: Rng) -> tuple[Any, ...]:
    side = adam_side(rng, N, 8)
    side.last[:] = rng.integers(-1, 6, N)
    return side, np.zeros(8, np.float32), -1, 7, adam_table()


def perceptron_steps(rng: Rng) -> tuple[Any, ...]:
    """Two hidden layers with batch norm and dropout, and a dot product beside them."""
    net = perceptron.layout_of([9, 12, 6, 1], 64, batch_norm=True)
    n = int((net.widths[:-1] * net.widths[1:]).sum() + 2 * net.widths[1:-1].sum())
    parameters = perceptron.LayerParameters(
        *(np.zeros(n, np.float32) for _ in range(4)), *(np.zeros((3, int(net.widths.max())), np.float32) for _ in "ab")
    )
    for (matrix, norm), n_in, n_out in zip(
        perceptron.layer_views(parameters.p, net), net.units[:-1], net.units[1:], strict=True
    ):
        matrix[: n_in + 1, :n_out] = numbers(rng, n_in + 1, n_out)
        if len(norm):
            norm.reshape(2, -1)[:, :n_out] = rng.uniform(0.5, 1.5, (2, n_out))
    space = perceptron.make_work_space(net, 64, dropout=True)
    loss = perceptron.Loss(np.float32(0.5), np.float32(5.5), 0)
    mlp = perceptron.Mlp(net, parameters, space, perceptron.EmbeddingWidths(5, 4, 3), loss, np.float32(0.2))
    users, items = adam_side(rng, N, 8), adam_side(rng, M, 8)
    work = (adam.make_touched_rows(side, 64) for side in (users, items))
    return users, items, *work, mlp, labelled(rng), batches(rng), 2, adam_table(), 5, np.zeros(4, np.float32)


def perceptron_scores(rng: Rng) -> tuple[Any, ...]:
    return numbers(rng, N, M), numbers(rng, N, 12), numbers(rng, M, 12), [numbers(rng, 13, 6), numbers(rng, 7, 1)]


def sgd_columns(rng: Rng) -> tuple[Any, ...]:
    return *labelled(rng, 20_000), N, M, K, 3


def sgd_round(rng: Rng) -> tuple[Any, ...]:
    sides = (sgd.make_side(numbers(rng, n, K), numbers(rng, n)) for n in (N, M))
    return *sides, sgd.arrange_ratings(*sgd_columns(rng)), 2, 0.02, 0.05, 0.5, 5.5


def likes(rng: Rng) -> tuple[Any, ...]:
    """So many users and items that there are eight lanes."""
    n = pairwise.MIN_FOR_STRATA
    indices = np.concatenate([np.sort(rng.choice(n, 5, replace=False)) for _ in range(n)]).astype(np.int32)
    order = pairwise.arrange_likes(np.arange(n + 1) * 5, indices, n, seed=1)
    factors = pairwise.BprFactors(numbers(rng, n, K), numbers(rng, n, K), numbers(rng, n))
    return factors, order, pairwise.assign_groups(order, 1, 0), 3, 0.05, 0.01, 9


def seen(rng: Rng) -> SeenItems:
    ratings = csr(rng)
    return SeenItems(rng.integers(-1, N, N), ratings.indptr, ratings.indices)


def hits(rng: Rng) -> tuple[Any, ...]:
    held_out = csr(rng)
    return rng.integers(-1, M, (N - 5, 10)), 5, held_out.indptr, held_out.indices, np.zeros((N - 5, 10), bool)


def ranks(rng: Rng) -> tuple[Any, ...]:
    held_out, scores = csr(rng), numbers(rng, N, M).round(1)
    held_out.indices[::7] = -1
    counts = (np.zeros(len(held_out.indices), np.int64) for _ in range(2))
    return scores, seen(rng), 0, held_out.indptr, held_out.indices, *counts, np.zeros(M, np.float32)


def scores(rng: Rng) -> tuple[Any, ...]:
    return numbers(rng, N, M).round(1), 7, seen(rng), rng.random(M) < 0.2


def items_to_pack(rng: Rng) -> tuple[Any, ...]:
    return numbers(rng, 130, K), rng.random(130) < 0.2, numbers(rng, K)


def products(rng: Rng) -> tuple[Any, ...]:
    return numbers(rng, N, K), pack_items(numbers(rng, M, K), rng.random(M) < 0.2), 7, seen(rng)


def sparse(rng: Rng) -> csr_array:
    return csr_array(random_array((60, M), density=0.2, rng=rng, format="csr", dtype=np.float32))


def neighbours(rng: Rng) -> tuple[Any, ...]:
    graph = item_graph(sparse(rng))
    return graph, nearest_items(graph, graph.values, 8), 0.5


# ---- what is compared -------------------------------------------------------------------------------------

Look = Callable[[Any, tuple[Any, ...]], Any]


def returned(result: Any, _: tuple[Any, ...]) -> Any:
    return result


def written(*which: int) -> Look:
    """What is returned, and what became of these arguments."""
    return lambda result, arguments: (result, *(arguments[at] for at in which))


class Case(NamedTuple):
    kernel: Callable[..., Any]
    make: Callable[[Rng], tuple[Any, ...]]
    look: Look = returned
    options: Mapping[str, Any] = MappingProxyType({})
    rtol: float = 2e-4


CASES = [
    Case(layout.encode_values, lambda rng: (rng.integers(1, 6, 500).astype(np.float32),)),
    Case(layout.encode_values, lambda rng: (numbers(rng, 500),)),
    Case(layout.lay_out, table),
    Case(layout.transposed, lambda rng: (layout.lay_out(*table(rng)), M)),
    Case(layout.order_by_row, lambda rng: (rng.integers(0, N, 500).astype(np.int32), N)),
    Case(layout.count_indices, lambda rng: (rng.integers(0, N, 500).astype(np.int32), N)),
    Case(layout.sum_rows, lambda rng: (csr(rng),)),
    Case(gathered_sums, lambda rng: (*csr(rng)[:2], rng.normal(size=M))),
    Case(is_held_out, users_and_keys),
    Case(keys_of_numbers, lambda rng: (rng.integers(-(2**63), 2**63, 300),)),
    Case(keys_of_texts, texts),
    Case(are_rising, lambda rng: two_texts(rng)[:1]),
    Case(are_rising, lambda rng: two_texts(rng)[1:]),
    Case(find_texts, two_texts),
    Case(holds_other_forms, lambda rng: (rng.integers(42, 60, 300).astype(np.uint8), 44, 34)),
    Case(fingerprint, lambda rng: (keyed_rows(rng),)),
    Case(by_key_range, lambda rng: ([keyed_rows(rng), keyed_rows(rng)], 3)),
    Case(by_key_range, lambda rng: ([keyed_rows(rng, as_text=True), keyed_rows(rng, as_text=True)], 3)),
    Case(number_ids, ids_to_number, lambda got, a: (got, a[0].found)),
    Case(number_ids, partial(ids_to_number, as_text=True), lambda got, a: (got, a[0].found)),
    Case(latest_of_pairs, lambda rng: (*repeated_pairs(rng), "last", 1e30)),
    Case(latest_of_pairs, lambda rng: (*repeated_pairs(rng), "mean", 1e30), written(1)),
    Case(latest_of_pairs, lambda rng: (*repeated_pairs(rng), "sum", 0.5), written(1)),
    Case(divided, ratings_and_mask),
    Case(divided, lambda rng: (one := csr(rng), rng.random(len(one.indices)) < 0.3)),
    Case(pair_scores, lambda rng: tuple(scored_side(rng, m) for m in (7, 9))),
    Case(pair_scores, lambda rng: tuple(scored_side(rng, m) for m in (7, 9, 4))),
    Case(single_precision, lambda rng: (numbers(rng, 7, 3, 5).astype(np.float16), 1)),
    Case(multiply_halves, lambda rng: (numbers(rng, 5, 33), numbers(rng, 50, 33).astype(np.float16))),
    Case(draw_scores, lambda rng: tuple(half_side(rng, m) for m in (7, 9, 4))),
    Case(solve, rows_to_solve, written(0)),
    Case(solve, partial(rows_to_solve, with_bias=True), lambda got, a: (got, a[0], a[1].bias.out)),
    Case(solve, partial(rows_to_solve, with_bias=True), lambda got, a: (got, a[0], a[1].bias.out), {"draw": 9}),
    Case(sum_long_row, one_row),
    Case(add_ratings_to, rows_to_sum, lambda _, a: tuple(a[0])),
    Case(conjugate_steps, rows_to_solve, written(0), {"n_steps": 2}),
    Case(block_steps, partial(rows_to_solve, k=48), written(0), {"block": 32}),
    Case(draw_row_precisions, row_noise),
    Case(column_sums, lambda rng: (columns(rng),)),
    Case(draw_coefficients, coefficients, written(1, 2)),
    Case(adam.run_steps, adam_steps, lambda _, a: (caught_up(a, (6, 5), a[8]), a[10])),
    Case(adam.catch_up_rows, rows_behind, written(0)),
    Case(sgd.arrange_ratings, sgd_columns),
    Case(sgd.run_round, sgd_round, written(0, 1)),
    Case(  # four steps, each of which divides by the root of what the one before left
        perceptron.run_steps,
        perceptron_steps,
        lambda _, a: (caught_up(a, (-1, -1), a[8]), parameters_of(a[4]), a[10]),
        rtol=1e-3,
    ),
    Case(add_scores, perceptron_scores, written(0)),
    Case(pairwise.run_round, likes, written(0)),
    Case(mark_hits, hits, written(4)),
    Case(count_above, ranks, written(5, 6)),
    Case(top_scores, scores, options={"compiled": True}),
    Case(pack_items, items_to_pack),
    Case(top_products, products),
    Case(nearest_columns, lambda rng: (sparse(rng), 6, 0.5), lambda found, _: by_column(*found)),
    Case(neighbour_weights, neighbours),
]


def by_column(near: np.ndarray, alike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest of each in the order of their numbers: the machine code leaves them as its heap has them."""
    order = np.argsort(near, axis=1)
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(alike, order, axis=1)


def caught_up(
    arguments: tuple[Any, ...], constants: tuple[int, int], table: adam.AdamTable
) -> tuple[adam.AdamSide, ...]:
    """Both sides after steps 2 to 5, the rows that no batch has touched lately as well."""
    for side, touched, constant in zip(arguments[:2], arguments[2:4], constants, strict=True):
        adam.catch_up_rows(side, touched.root, constant, 6, table)
    return arguments[:2]


def parameters_of(mlp: perceptron.Mlp) -> tuple[np.ndarray, ...]:
    """All but the gradient, which is work space."""
    return tuple(array for name, array in mlp.parameters._asdict().items() if name != "g")


def test_every_kernel_has_a_case():
    assert {case.kernel for case in CASES} == set(kernels())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kernel.__module__[17:]}.{case.kernel.__name__}")
def test_machine_code_and_twin_give_the_same_numbers(case, monkeypatch):
    found = []
    for form in ("compiled", "numpy"):
        arguments = case.make(np.random.default_rng(0))
        monkeypatch.setenv("COFACTOR_KERNELS", form)
        found.append(list(leaves(case.look(case.kernel(*arguments, **case.options), arguments))))
        monkeypatch.delenv("COFACTOR_KERNELS")
    assert len(found[0]) == len(found[1]) > 0
    for compiled, numpy in zip(*found, strict=True):
        assert (compiled.dtype, compiled.shape) == (numpy.dtype, numpy.shape)
        if compiled.dtype.kind == "f":
            np.testing.assert_allclose(compiled, numpy, rtol=case.rtol, atol=2e-5)
        else:
            np.testing.assert_array_equal(compiled, numpy)


def leaves(one: Any) -> Iterator[np.ndarray]:
    """The arrays of tuples in tuples; a number is an array too."""
    if isinstance(one, tuple):
        yield from chain.from_iterable(map(leaves, one))
    elif one is not None:
        yield np.asarray(one)
