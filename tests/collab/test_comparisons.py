"""`test_eq` and `test_close` compare as the original's do."""

import pytest

from cofactor.collab import *


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1, 2], (1, 2)), ([1, [2, 3]], (1, (2, 3))), (L(1, 2), [1, 2]), (range(2), [0, 1]),
        (torch.Size([1, 2]), (1, 2)), (np.array([1, 1]), np.array([[1, 1], [1, 1]])), (np.array([1, 2]), [1, 2]),
        (tensor(1, 2), tensor(1, 2)), (tensor(1, 2), np.array([1, 2])), (tensor(1), 1), (tensor(1), tensor([[1]])),
        (1, 1.0), (None, None),
        ({"a": 1}, {"a": 1}), ({1, 2}, {2, 1}), ([tensor(1, 2)], (tensor(1, 2),)),
        (pd.Series([1, 2]), pd.Series([1, 2])),
    ],
)  # fmt: skip
def test_these_are_equal(a, b):
    test_eq(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1], [2]), ([1, 2], [1, 2, 3]), (None, 1), (tensor(1.0, 2.0), tensor([[1.0, 2.0], [1.0, 2.0]])),
        (np.array([1, 2]), np.array([1, 2, 3])), ("ab", "ba"), (tensor([[1]]), tensor(1)), (tensor(1), tensor([1, 2])),
        ([None], []),
    ],
)  # fmt: skip
def test_these_are_not(a, b):
    with pytest.raises(AssertionError, match="=="):
        test_eq(a, b)


def test_numbers_are_close_by_less_than_eps():
    test_close(1.0, 1.000001)
    test_close([1.0, tensor(2.0)], (1.0, 2.0))
    with pytest.raises(AssertionError, match="close"):
        test_close([1.0, 2.0], [1.0, 2.1])
    test_close(tensor(1.0, 2.0), tensor(1.0, 2.1), eps=0.2)
