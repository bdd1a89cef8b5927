"""The state of a chain and of its samples as named arrays, which a checkpoint saves."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from cofactor.arrays import Array

__all__ = ["RandomState", "Stateful", "arrays_of_part", "restore_parts", "state_of_parts"]

WORD = 2**64  # PCG64 has a state of 128 bits: two words


class Stateful(Protocol):
    """A part of a chain; together with the random state its arrays determine its next draws."""

    def state(self) -> dict[str, Array]:
        """The arrays by name, as copies."""
        ...

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the arrays that `state` returned."""
        ...


def state_of_parts(parts: Mapping[str, Stateful]) -> dict[str, Array]:
    """The arrays of all parts, named "part.array"."""
    return {f"{part}.{name}": array for part, one in parts.items() for name, array in one.state().items()}


def restore_parts(parts: Mapping[str, Stateful], state: Mapping[str, Array]) -> None:
    """Restore every part from the arrays that `state_of_parts` returned."""
    for part, one in parts.items():
        one.restore(arrays_of_part(state, part))


def arrays_of_part(state: Mapping[str, Array], part: str) -> dict[str, Array]:
    """The arrays of one part, by the names that they have there."""
    prefix = f"{part}."
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


class RandomState:
    """The state of a PCG64 generator, as a part of a chain."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def state(self) -> dict[str, Array]:
        """The generator's state, as an array of six uint64 numbers."""
        now = self._rng.bit_generator.state
        wide = [part for name in ("state", "inc") for part in divmod(now["state"][name], WORD)]
        return {"pcg64": np.array([*wide, now["has_uint32"], now["uinteger"]], np.uint64)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Set the generator to a state that `state` returned."""
        high, low, inc_high, inc_low, has_half, half = map(int, state["pcg64"].tolist())
        now = {"state": high * WORD + low, "inc": inc_high * WORD + inc_low}
        self._rng.bit_generator.state = {
            "bit_generator": "PCG64", "state": now, "has_uint32": has_half % 2, "uinteger": half % 2**32,
        }  # fmt: skip
