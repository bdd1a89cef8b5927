"""What `forget` gives of each model: the model that never saw a person, their items solved again, or neither."""

from collections.abc import Iterable
from typing import Literal

__all__ = ["MEANINGS", "NOT_REACHED", "Forgetting", "weakest"]

Forgetting = Literal["retrain-equal", "re-solved locally", "kept"]

MEANINGS: dict[Forgetting, str] = {
    "retrain-equal": "the model is the one that a fit without them gives, but for rounding",
    "re-solved locally": (
        "the items they had are solved once without them, all else being as it was: what it had learned through them "
        "of others stays, and a new fit takes that out"
    ),
    "kept": "their own rows are gone; what the model learned from everybody stays, and a new fit takes them out",
}  # from the strongest to the weakest

NOT_REACHED = (
    "checkpoints of its training",
    "lists, vectors and other files that were written from it, and what anybody has noted of its answers",
    "copies and backups of its folder, and what the disk holds of removed files until it is written over",
    "processes that have opened it before, until they open it again",
    "models that were blended or warm-started from it, and others fitted to the same table",
    "the table that it was fitted to, where that is kept",
    "figures on its card that were measured with them in it, until it is audited again",
)


def weakest(kinds: Iterable[Forgetting]) -> Forgetting:
    """The kind of forgetting of a whole whose parts forget so, the weakest of them; "retrain-equal" where it has none.

    >>> weakest(["retrain-equal", "kept", "re-solved locally"])
    'kept'
    """
    order: list[Forgetting] = list(MEANINGS)
    return order[max(map(order.index, kinds), default=0)]
