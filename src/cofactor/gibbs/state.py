"""What a chain and its samples are put together from, as named arrays: what a checkpoint keeps."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from cofactor.arrays import Array

__all__ = ["RandomState", "Stateful", "restore_parts", "state_of_parts"]

WORDS = 2**64  # PCG64 counts in two of them


class Stateful(Protocol):
    """A part whose next draws depend on these arrays alone."""

    def state(self) -> dict[str, Array]:
        """The arrays, as copies."""
        ...

    def restore(self, state: Mapping[str, Array]) -> None:
        """Be as when `state` was taken."""
        ...


def state_of_parts(parts: Mapping[str, Stateful]) -> dict[str, Array]:
    """The arrays of every part, each behind the part's name and a dot."""
    return {f"{part}.{name}": array for part, one in parts.items() for name, array in one.state().items()}


def restore_parts(parts: Mapping[str, Stateful], state: Mapping[str, Array]) -> None:
    """Restore every part from what `state_of_parts` gave."""
    for part, one in parts.items():
        prefix = f"{part}."
        one.restore({name.removeprefix(prefix): a for name, a in state.items() if name.startswith(prefix)})


class RandomState:
    """The state of a generator, as six numbers."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def state(self) -> dict[str, Array]:
        """The state of the PCG64 generator, as an array of six uint64 numbers."""
        now = self._rng.bit_generator.state
        wide = [part for name in ("state", "inc") for part in divmod(now["state"][name], WORDS)]
        return {"pcg64": np.array([*wide, now["has_uint32"], now["uinteger"]], np.uint64)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Set the generator to a state that `state` returned."""
        high, low, inc_high, inc_low, has_half, half = map(int, state["pcg64"].tolist())
        now = {"state": high * WORDS + low, "inc": inc_high * WORDS + inc_low}
        self._rng.bit_generator.state = {
            "bit_generator": "PCG64", "state": now, "has_uint32": has_half % 2, "uinteger": half % 2**32,
        }  # fmt: skip
