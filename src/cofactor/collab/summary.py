"""The table of a model's layers: what each gives for a batch, and how many parameters it has."""

from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["summary_of"]

WIDTHS = (22, 20, 12, 10)


def summary_of(learn: Any) -> str:
    """Lines of text; the model is run once, on the first batch for validation, or for training where there is none."""
    loader = learn.dls.valid if learn.dls.valid.n else learn.dls.train
    x = loader.one_batch()[0]
    layers = _layers(learn.model, x)
    head = [f"{type(learn.model).__name__} (Input shape: {_shape(x)})"]
    lines = [*head, _line("Layer (type)", "Output Shape", "Param #", "Trainable")]
    lines += [_line(type(layer).__name__, shape, *_count(layer)) for layer, shape in layers]
    parameters = list(learn.model.parameters())
    total, free = (sum(p.numel() for p in parameters if p.requires_grad or not only) for only in (False, True))
    lines += [
        "", f"Total params: {total:,}", f"Total trainable params: {free:,}",
        f"Total non-trainable params: {total - free:,}",
        "", f"Optimizer used: {learn.opt_func}", f"Loss function: {learn.loss_func}", "", "Callbacks:",
        *(f"  - {one}" for one in learn.cbs),
    ]  # fmt: skip
    return Summary("\n".join(lines))


class Summary(str):
    """Text that shows itself as it prints."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _layers(model: nn.Module, x: Tensor) -> list[tuple[nn.Module, str]]:
    """Each layer without layers of its own, in the order in which they are run, and the shape of its output."""
    found: list[tuple[nn.Module, str]] = []
    leaves = [one for one in model.modules() if not list(one.children())]
    hooks = [one.register_forward_hook(lambda layer, _, out: found.append((layer, _shape(out)))) for one in leaves]
    was_training = model.training
    try:
        with torch.no_grad():
            model.eval()(x)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return found


def _count(layer: nn.Module) -> tuple[str, str]:
    """Its number of parameters, and whether any is trained; nothing where it has none."""
    parameters = list(layer.parameters())
    trained = any(one.requires_grad for one in parameters)
    return (f"{sum(one.numel() for one in parameters):,}", str(trained)) if parameters else ("", "")


def _shape(one: Tensor) -> str:
    return " x ".join(map(str, one.shape))


def _line(*cells: str) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()
