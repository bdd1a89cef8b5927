"""The course's optimisers, as torch has them: with the course's arguments, and hyperparameters that can be set."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, TypeAlias

import torch
from torch import nn

from cofactor.collab.lists import L
from cofactor.errors import BadOption, Unsupported
from cofactor.kernels.gradient.adam import BETA2, EPS

__all__ = ["SGD", "Adam", "AnOptimizer", "check_optimizer"]

MOMENTUM = "mom"


class _Hypers(torch.optim.Optimizer):
    """Hyperparameters by the course's names, one set of them for each group of parameters."""

    keys: ClassVar = {"lr": "lr", "wd": "weight_decay"}

    @property
    def hypers(self) -> L:
        """A dict of lr, wd, mom … for each group; read them here, and set them by `set_hyper`."""
        return L([
            {name: group[key] for name, key in self.keys.items()} | self._momenta(group) for group in self.param_groups
        ])  # fmt: skip

    @property
    def param_lists(self) -> L:
        """The parameters of each group."""
        return L([L(group["params"]) for group in self.param_groups])

    def set_hyper(self, name: str, value: Any) -> None:
        """Set a hyperparameter of all groups, such as lr; raises `BadOption` for one that this optimiser has not."""
        for group, hypers in zip(self.param_groups, self.hypers, strict=True):
            if name not in hypers:
                raise BadOption(f"{name!r} is no hyperparameter of {type(self).__name__}. It has {', '.join(hypers)}.")
            if name in self.keys:
                group[self.keys[name]] = value
            else:
                self._set_momentum(group, name, value)

    def set_hypers(self, **hypers: Any) -> None:
        """Set several hyperparameters of all groups."""
        for name, value in hypers.items():
            self.set_hyper(name, value)

    def _momenta(self, group: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def _set_momentum(self, group: dict[str, Any], name: str, value: float) -> None:
        raise NotImplementedError


class Adam(_Hypers, torch.optim.AdamW):
    """Adam with decoupled weight decay, and the course's defaults."""

    keys: ClassVar = _Hypers.keys | {"eps": "eps"}

    def __init__(
        self, params: Iterable[nn.Parameter], lr: float = 1e-3, mom: float = 0.9, sqr_mom: float = BETA2,
        eps: float = EPS, wd: float = 0.01,
    ) -> None:  # fmt: skip
        super().__init__(params, lr=lr, betas=(mom, sqr_mom), eps=eps, weight_decay=wd, fused=True)

    def _momenta(self, group: dict[str, Any]) -> dict[str, Any]:
        return dict(zip((MOMENTUM, "sqr_mom"), group["betas"], strict=True))

    def _set_momentum(self, group: dict[str, Any], name: str, value: float) -> None:
        group["betas"] = tuple((self._momenta(group) | {name: value}).values())


class SGD(_Hypers, torch.optim.SGD):
    """Stochastic gradient descent with decoupled weight decay; momentum only where `mom` is given at the start."""

    def __init__(self, params: Iterable[nn.Parameter], lr: float = 1e-3, mom: float = 0.0, wd: float = 0.0) -> None:
        super().__init__(params, lr=lr, momentum=mom, weight_decay=wd)
        self._has_momentum = mom != 0

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Shrink the parameters by lr · wd, then go down the gradient; torch's own decay would go through momentum."""
        decays = [group["weight_decay"] for group in self.param_groups]
        for group in self.param_groups:
            for one in group["params"]:
                if one.grad is not None:
                    one.mul_(1 - group["lr"] * group["weight_decay"])
            group["weight_decay"] = 0.0
        try:
            return super().step(closure)
        finally:
            for group, decay in zip(self.param_groups, decays, strict=True):
                group["weight_decay"] = decay

    def _momenta(self, group: dict[str, Any]) -> dict[str, Any]:
        return {MOMENTUM: group["momentum"]}

    def _set_momentum(self, group: dict[str, Any], name: str, value: float) -> None:
        group["momentum"] = value if self._has_momentum else 0.0


AnOptimizer: TypeAlias = Adam | SGD


def check_optimizer(opt_func: Any) -> Callable[..., AnOptimizer]:
    """The opt_func as it came; raises `Unsupported` unless it is `Adam` or `SGD`, or made of one by `partial`."""
    made = opt_func.func if isinstance(opt_func, partial) else opt_func
    if not (isinstance(made, type) and issubclass(made, Adam | SGD)):
        raise Unsupported(
            f"opt_func is Adam or SGD of cofactor.collab, or partial(SGD, mom=0.9) and the like, but {opt_func!r} came."
        )
    return opt_func
