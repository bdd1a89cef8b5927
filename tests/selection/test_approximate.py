"""Search among the items near to a user: what it may miss, and what it may never do."""

import sys
from functools import partial

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import CouldBeFaster, MissingExtra, Unsupported
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.selection import approximate
from cofactor.selection.approximate import ItemIndex, advice
from cofactor.selection.exact import DotProducts, rank_exactly

N_USERS, N_ITEMS = 400, 20_000
EVERYBODY, NOTHING_EXCLUDED = np.arange(N_USERS), np.zeros(N_ITEMS, bool)

needs_faiss = pytest.mark.usefixtures("faiss")


@pytest.fixture(scope="module")
def faiss():
    return pytest.importorskip("faiss", reason="approximate search needs the extra 'ann'")


@pytest.fixture(scope="module")
def products() -> DotProducts:
    """Users and items around 40 tastes; some items are much more liked than others."""
    rng = np.random.default_rng(0)
    tastes = rng.normal(size=(40, 16))

    def near_a_taste(n: int) -> np.ndarray:
        return (tastes[rng.integers(0, 40, n)] + rng.normal(0, 0.5, (n, 16))).astype(np.float32)

    users, items = near_a_taste(N_USERS), near_a_taste(N_ITEMS) * rng.lognormal(0, 0.5, (N_ITEMS, 1))
    return DotProducts(items.astype(np.float32), lambda idx: users[idx], lambda z: 2 * z)


@pytest.fixture(scope="module")
def index(faiss, products) -> ItemIndex:
    return ItemIndex(products, EVERYBODY[:200])


def exactly(products: DotProducts):
    return partial(rank_exactly, lambda idx: 2 * products.users(idx) @ products.items.T, lambda: products)


def ranked(index: ItemIndex, products: DotProducts, users, n: int, seen: SeenItems, excluded=NOTHING_EXCLUDED):
    """The approximate and the exact answer."""
    exact = exactly(products)
    return index.rank(users, n, seen, excluded, exact), exact(users, n, seen, excluded)


def hide_the_best(products: DotProducts, n: int) -> SeenItems:
    best, _ = exactly(products)(EVERYBODY, n, SeenItems.none(N_USERS), NOTHING_EXCLUDED)
    return SeenItems(EVERYBODY, np.arange(N_USERS + 1) * n, np.sort(best, axis=1).ravel().astype(np.int32))


def share_found(found: np.ndarray, best: np.ndarray) -> float:
    return np.mean([np.isin(one, other).mean() for one, other in zip(best, found, strict=True)])


def test_it_looks_at_a_part_of_the_items_and_finds_most_of_the_best(index, products):
    users = EVERYBODY[200:]  # not those whose recall was looked at when it was built
    (found, scores), (best, _) = ranked(index, products, users, 10, SeenItems.none(200))
    assert index.n_probes < index.n_lists / 4
    assert index.recall >= 0.95
    assert share_found(found, best) >= 0.95
    true = 2 * np.einsum("bf,bnf->bn", products.users(users), products.items[found])
    np.testing.assert_allclose(scores, true, rtol=1e-5)
    assert (np.diff(scores) <= 0).all()


def test_what_a_user_has_seen_is_not_found_and_the_list_is_as_long_as_ever(index, products):
    seen = hide_the_best(products, 50)
    (found, _), (best, _) = ranked(index, products, EVERYBODY, 10, seen)
    assert (found >= 0).all()
    assert not any(np.isin(found[user], seen.of_row(user)).any() for user in EVERYBODY)
    assert share_found(found, best) >= 0.95


def test_barred_items_are_not_found(index, products):
    excluded = np.arange(N_ITEMS) % 3 == 0
    (found, _), (best, _) = ranked(index, products, EVERYBODY, 10, SeenItems.none(N_USERS), excluded)
    assert not excluded[found].any()
    assert share_found(found, best) >= 0.95


def test_a_list_that_came_out_short_is_made_exactly(index, products):
    """The one list that is looked through holds fewer items than were asked for."""
    n_probes, index.n_probes = index.n_probes, 1
    found, best = ranked(index, products, EVERYBODY, 2_000, SeenItems.none(N_USERS))
    index.n_probes = n_probes
    np.testing.assert_array_equal(found[0], best[0])


@pytest.mark.parametrize("n_users", [1, 200])
def test_among_few_candidates_lists_are_exact(index, products, n_users):
    excluded, users = np.arange(N_ITEMS) >= 15, EVERYBODY[:n_users]
    found, best = ranked(index, products, users, 20, SeenItems.none(n_users), excluded)
    np.testing.assert_array_equal(found[0], best[0])
    assert ((found[0] >= 0).sum(axis=1) == 15).all()


@needs_faiss
def test_a_model_searches_the_index_it_has_and_makes_a_new_one_when_it_has_learned_anew(checkerboard):
    model = cf.ImplicitMF(n_factors=2, unobserved_weight=1.0, confidence=1.0).fit(checkerboard)
    built = model.build_index(recall=0.5)
    assert model.rank([4, 7], 1, approximate=True).idx.tolist() == [[4], [7]]
    assert model._index() is built
    assert model.fit(checkerboard)._index() is not built


def test_a_model_whose_scores_are_no_products_has_no_index(checkerboard):
    with pytest.raises(Unsupported, match="Popularity has no index"):
        cf.Popularity().fit(checkerboard).rank([1], approximate=True)


def test_without_faiss_the_error_says_how_to_install_it(products, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtra, match=r"pip install 'cofactor\[ann\]'"):
        ItemIndex(products, EVERYBODY)


def test_advice_is_given_for_many_users_and_a_large_catalogue_only():
    assert advice(64, 300_000) is not None
    assert advice(63, 300_000) is advice(64, 299_999) is None


def test_who_ranks_many_users_in_a_large_catalogue_is_told_once_a_call(checkerboard, monkeypatch):
    monkeypatch.setattr(approximate, "PAYS_FROM", 12)
    model, users = cf.ImplicitMF(n_factors=2).fit(checkerboard), [*range(12)] * 6
    with pytest.warns(CouldBeFaster, match="72 users is compared with all 12 items") as told:
        model.rank(users, 1)
    assert len(told) == 1
    model.rank(users, 1, approximate=False)  # warnings are errors here


@needs_faiss
def test_an_index_of_a_small_catalogue_is_made_without_a_word(checkerboard, capfd):
    model = cf.ImplicitMF(n_factors=2, n_epochs=1).fit(checkerboard, progress=False)
    assert model.build_index().recall == 1
    assert capfd.readouterr() == ("", "")
