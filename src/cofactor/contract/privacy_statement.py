"""What a differentially private model releases of the people it learned from, and whether its ε covers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from cofactor.data.tables import Table, make_table
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["NOT_COVERED", "RECIPE", "Cover", "PrivacyStatement", "Released"]

Cover = Literal["covered", "public by declaration", "not released", "NOT covered"]
NOT_COVERED: Cover = "NOT covered"
CONDITIONS = "options", "rating range"  # the beginnings of what the guarantee rests on
RECIPE = "The recipe is promised, not the bits: the noise has no seed, and no two fits are alike."
RED = '<b style="color:#c00">NOT covered</b>'


class Released(NamedTuple):
    """One thing that a reader of the model may see, or must not."""

    what: str
    cover: Cover
    why: str


@dataclass(frozen=True)
class PrivacyStatement(SheetMixin):
    """Each thing that is released, and whether ε covers it: `table()`, `not_covered`, or printed.

    epsilon, delta: what covers; None: no noise was added     multipliers: of the noise of each release
    """

    model: str
    epsilon: float | None
    delta: float
    multipliers: tuple[float, ...]
    released: Sequence[Released]
    library: str = "polars"

    @property
    def not_covered(self) -> list[str]:
        """The names of all that ε does not cover."""
        return [one.what for one in self.released if one.cover == NOT_COVERED]

    @property
    def guarantee(self) -> str:
        """The sentence that says what is guaranteed."""
        if self.epsilon is None:
            return "No noise was added: nothing of this model is differentially private."
        return (
            f"(ε = {self.epsilon:g}, δ = {self.delta:.2g})-differentially private, one person with all their ratings "
            f"added or removed: what is marked as covered, and all that follows from it and from what is public. This "
            f"holds only if {self._condition} computed from those people's ratings."
        )

    @property
    def _condition(self) -> str:
        red = [one for one in self.not_covered if one.startswith(CONDITIONS)]
        return f"nothing that is public by declaration{''.join(f', nor the {one},' for one in red)} was"

    def columns(self) -> dict[str, list[Any]]:
        """One row for each thing, as plain values."""
        return {name: [getattr(one, name) for one in self.released] for name in Released._fields}

    def table(self) -> Table[Literal["what", "cover", "why"]]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a thing; below, the guarantee and the noise."""
        noise = ", ".join(f"{one:.3g}" for one in self.multipliers)
        notes = [
            self.guarantee,
            f"Noise multipliers of the {len(self.multipliers)} releases, each of sensitivity 1: {noise}.",
            RECIPE,
        ]
        return Sheet(
            f"what {self.model} releases", ("what", "cover", "why"), self.released, notes, ("left", "left", "left")
        )

    def _repr_html_(self) -> str:
        return self.sheet().html().replace(NOT_COVERED, RED)
