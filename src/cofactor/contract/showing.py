"""What a model shows of itself: its options that are not the defaults, and the data it learned from.

No figure of merit is among it: those are measured on a split, and stand in what `cofactor.evaluate` gives.
"""

from dataclasses import MISSING, Field, fields
from typing import Any

from cofactor.contract.fitting import FitMixin
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["ShowMixin", "with_options"]


class ShowMixin(SheetMixin, FitMixin):
    """A model under `print` and in notebooks."""

    def sheet(self) -> Sheet:
        """One row a fact of the ratings it learned from; a note where it has not learned yet, or not to its end."""
        if not hasattr(self, "ratings_"):
            return Sheet(with_options(self), notes=("Not fitted yet: model.fit(train).",))
        model = self.snapshot()
        source, _, facts, *_ = model.ratings.sheet()
        rows = [("learned from", source), *facts, ("numbers learned", f"{model.n_learned:,}")]
        return Sheet(with_options(model), (), rows, model.notes())


def with_options(value: Any) -> str:
    """A model by its class and its options that differ from the defaults, models in lists likewise; else its `repr`."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(with_options, value))}]" if any(_is_model(one) for one in value) else repr(value)
    if not _is_model(value):
        return repr(value)
    said = [
        f"{one.name}={with_options(getattr(value, one.name))}"
        for one in fields(value)
        if getattr(value, one.name) != _default(one)
    ]
    return f"{type(value).__name__}({', '.join(said)})"


def _is_model(value: object) -> bool:
    return isinstance(value, ShowMixin)


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default
