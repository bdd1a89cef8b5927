"""A model with the options that its fit has chosen itself, for audits that fit it many times."""

from dataclasses import replace

from cofactor.recommender import Recommender

__all__ = ["with_own_choices"]


def with_own_choices(fitted: Recommender) -> Recommender:
    """An unfitted model with the same options, those that were None being what its fit has chosen: to choose takes
    longer than to fit."""
    unset = [name for name, value in fitted.options().items() if value is None and f"{name}_" in fitted.learned]
    return replace(fitted, **{name: getattr(fitted, f"{name}_") for name in unset})
