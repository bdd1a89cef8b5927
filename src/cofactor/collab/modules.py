"""The course's networks, over `cofactor.nets`: a batch x (b, 2) of user and item codes -> scores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from cofactor.arrays import Id
from cofactor.collab.dataloaders import DataLoaders
from cofactor.collab.rows import Classes
from cofactor.errors import BadOption, Unsupported
from cofactor.nets.dot_product import sigmoid_range
from cofactor.nets.mlp import EmbeddingMLP
from cofactor.training.engines.torch_engine import mse

__all__ = [
    "Embedding", "EmbeddingDotBias", "EmbeddingNN", "MSELossFlat", "Module", "SigmoidRange", "TabularModel",
    "check_range", "emb_sz_rule", "get_emb_sz", "sigmoid_range", "tabular_config",
]  # fmt: skip

Range = tuple[float, float]


class Module(nn.Module):
    """`nn.Module` whose subclasses need not call `super().__init__()`."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        made = super().__new__(cls)
        nn.Module.__init__(made)
        return made

    def __init__(self) -> None:
        pass


class Embedding(nn.Embedding):
    """`nn.Embedding` that starts small: a normal distribution cut off at two of its standard deviations."""

    def __init__(self, ni: int, nf: int, std: float = 0.01) -> None:
        super().__init__(ni, nf)
        with torch.no_grad():
            self.weight.normal_().fmod_(2).mul_(std)


class SigmoidRange(Module):
    """`sigmoid_range` as a layer."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def forward(self, x: Tensor) -> Tensor:
        """Scores of any shape, squashed into (low, high)."""
        return sigmoid_range(x, self.low, self.high)


class MSELossFlat(Module):
    """Mean squared error, whether the scores come as (b,) or (b, 1)."""

    def forward(self, inp: Tensor, targ: Tensor) -> Tensor:
        """The mean squared error of the scores `inp` against the ratings `targ`, a 0-d tensor."""
        return mse(inp, targ.float())

    def __repr__(self) -> str:
        return "FlattenedLoss of MSELoss()"


class EmbeddingDotBias(Module):
    """r ≈ p_u · q_i + b_u + b_i, squashed into y_range where there is one: `nets.DotProduct` by the course's names.

    Raises `BadOption` where y_range is neither None nor (low, high).
    """

    classes: Classes | None = None
    user: str
    item: str

    def __init__(self, n_factors: int, n_users: int, n_items: int, y_range: Range | None = None) -> None:
        self.y_range = check_range(y_range)
        self.u_weight, self.i_weight = Embedding(n_users, n_factors), Embedding(n_items, n_factors)
        self.u_bias, self.i_bias = Embedding(n_users, 1), Embedding(n_items, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (b, 2) -> (b,)."""
        users, items = x[:, 0], x[:, 1]
        dot = (self.u_weight(users) * self.i_weight(items)).sum(1)
        score = dot + self.u_bias(users)[:, 0] + self.i_bias(items)[:, 0]
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    @classmethod
    def from_classes(
        cls, n_factors: int, classes: Classes, user: str | None = None, item: str | None = None,
        y_range: Range | None = None,
    ) -> Self:  # fmt: skip
        """Sizes from `dls.classes`; user and item name its keys, the first and the second unless named."""
        names = list(classes)
        user, item = user or names[0], item or names[1]
        made = cls(n_factors, len(classes[user]), len(classes[item]), y_range)
        made.classes, made.user, made.item = classes, user, item
        return made

    def bias(self, arr: Sequence[Id], is_item: bool = True) -> Tensor:
        """The biases of these ids, (len(arr),); of a single one, a number (0-d)."""
        return self._rows(self.i_bias if is_item else self.u_bias, arr, is_item).squeeze()

    def weight(self, arr: Sequence[Id], is_item: bool = True) -> Tensor:
        """The factors of these ids, (len(arr), n_factors)."""
        return self._rows(self.i_weight if is_item else self.u_weight, arr, is_item)

    def _rows(self, layer: nn.Embedding, arr: Sequence[Id], is_item: bool) -> Tensor:
        """Copies on the CPU; the layer stays where and as it is."""
        rows = layer.weight.detach()
        return rows[self._get_idx(arr, is_item).to(rows.device)].cpu().clone()

    def _get_idx(self, arr: Sequence[Id], is_item: bool = True) -> Tensor:
        """(len(arr),) codes; a `KeyError` (`NotInTraining`) for ids without training ratings."""
        if self.classes is None:
            raise AssertionError("Build your model with `EmbeddingDotBias.from_classes` to use this functionality.")
        if isinstance(arr, str | bytes) or not isinstance(arr, Iterable):
            raise TypeError(f"A list of ids is expected, such as [{arr!r}], but {arr!r} came.")
        return torch.tensor(self.classes[self.item if is_item else self.user].map_objs(arr), dtype=torch.long)


class TabularModel(EmbeddingMLP):
    """Embeddings of each column side by side into a multilayer perceptron: `nets.EmbeddingMLP` by the course's names.

    emb_szs: (rows, width) of each column     layers: units of each hidden layer
    ps: dropout after each of them     embed_p: dropout on the embeddings     use_bn: batch norm after each layer
    Ratings have no continuous columns and one output, so n_cont is 0 and out_sz 1. Raises `Unsupported` for others,
    and `BadOption` where emb_szs has not two entries or y_range is neither None nor (low, high).
    """

    def __init__(
        self, emb_szs: Sequence[tuple[int, int]], n_cont: int = 0, out_sz: int = 1,
        layers: Sequence[int] = (200, 100), ps: float | None = None, embed_p: float = 0.0,
        y_range: Range | None = None, use_bn: bool = True,
    ) -> None:  # fmt: skip
        if n_cont != 0 or out_sz != 1:
            raise Unsupported(f"A rating table has n_cont=0 and out_sz=1, but {n_cont} and {out_sz} came.")
        if len(emb_szs) != 2:
            raise BadOption(f"emb_szs gives (rows, width) of the users and of the items, but {emb_szs} came.")
        (n_users, user_width), (n_items, item_width) = emb_szs
        super().__init__(
            (n_users, n_items), (user_width, item_width), layers, check_range(y_range),
            dropout=ps or 0.0, embed_dropout=embed_p, batch_norm=use_bn,
        )  # fmt: skip
        self.config: dict[str, Any] = {
            "emb_szs": [(int(n), int(width)) for n, width in emb_szs], "layers": [int(units) for units in layers],
            "ps": ps, "embed_p": embed_p, "y_range": y_range, "use_bn": use_bn,
        }  # fmt: skip


class EmbeddingNN(TabularModel):
    """`TabularModel` on users and items: x (b, 2) -> (b, 1)."""

    def __init__(self, emb_szs: Sequence[tuple[int, int]], layers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(emb_szs, layers=layers, n_cont=0, out_sz=1, **kwargs)


def tabular_config(**kwargs: Any) -> dict[str, Any]:
    """Options of `TabularModel`, for `collab_learner(config=…)`."""
    return kwargs


def emb_sz_rule(n_cat: int) -> int:
    """The width of an embedding with n_cat rows, a rule of thumb: min(600, 1.6 · n^0.56).

    >>> emb_sz_rule(944), emb_sz_rule(1665)
    (74, 102)
    """
    return min(600, round(1.6 * n_cat**0.56))


def get_emb_sz(dls: DataLoaders, sz_dict: Mapping[str, int] | None = None) -> list[tuple[int, int]]:
    """(rows, width) of the user's and the item's embedding; sz_dict: {column: width} in place of the rule.

    Raises `BadOption` where sz_dict is no mapping or names a column that is neither of the two.
    """
    wished = sz_dict or {}
    if not isinstance(wished, Mapping) or not set(wished) <= set(dls.classes):
        raise BadOption(f"emb_szs gives widths by column, such as {dict.fromkeys(dls.classes, 50)}, but {wished} came.")
    return [(len(ids), int(wished.get(name, emb_sz_rule(len(ids))))) for name, ids in dls.classes.items()]


def check_range(y_range: Range | None) -> Range | None:
    """The range as it came; raises `BadOption` unless it is (low, high)."""
    if y_range is None:
        return None
    if not (isinstance(y_range, Sequence) and len(y_range) == 2 and y_range[0] < y_range[1]):
        raise BadOption(f"y_range goes from low to high, such as (0, 5.5), but {y_range!r} came.")
    return (y_range[0], y_range[1])
