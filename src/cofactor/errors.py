"""Everything that goes wrong because of what came in, one family, each with its mend in the message.

    CofactorError
    ├── BadTable            a table cannot be read as ratings            (ValueError)
    ├── BadOption           a hyperparameter or argument out of range    (ValueError)
    ├── UnknownIds          users or items that the data do not hold     (LookupError)
    ├── UnknownModel        no model of that name                        (LookupError)
    ├── UnknownDataSet      no data set of that name                     (LookupError)
    ├── DataNotAvailable    a known data set that is not at hand         (OSError)
    ├── BadModelFolder      not a saved model, or a damaged one          (ValueError)
    ├── BadCheckpoint       a checkpoint of another run                  (ValueError)
    ├── Leak                test ratings that training has seen          (ValueError)
    ├── NothingToAsk        every question was asked                     (LookupError)
    ├── NotFitted           asked before `fit`                           (RuntimeError)
    ├── Unsupported         this model cannot do that                    (TypeError)
    ├── Diverged            training left the finite numbers             (ArithmeticError)
    └── MissingExtra        an optional dependency is not installed      (ImportError)

Warnings are values too: `FewerLeft` says that a list is shorter than asked, `ItemsNotPlaced` what `update` could not
do, `Interrupted` that training is,
`SearchStopped` that a search is, `CouldBeFaster` that there is a much quicker way.
"""

from collections.abc import Collection, Sequence
from difflib import get_close_matches


class CofactorError(Exception):
    """Base of all errors of this library."""


class BadTable(CofactorError, ValueError):
    pass


class BadOption(CofactorError, ValueError):
    pass


class UnknownIds(CofactorError, LookupError):
    """Ids that the data do not hold; `ids` lists them all, the message the first few."""

    def __init__(self, kind: str, ids: Collection[object], known: int, near: Sequence[str] = ()) -> None:
        self.kind, self.ids = kind, list(ids)
        named = ", ".join(repr(i) for i in self.ids[:5]) + (", …" if len(self.ids) > 5 else "")
        what = f"This {kind} is" if len(self.ids) == 1 else f"These {len(self.ids)} {kind}s are"
        mend = f"Did you mean {' or '.join(map(repr, near))}?" if near else "Check their spelling and type."
        super().__init__(
            f"{what} not among the {known:,} known ones: {named}. {mend} To have unknown ids treated as newcomers, "
            f"pass unknown='fallback'."
        )


class _UnknownName(CofactorError, LookupError):
    what: str

    def __init__(self, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name, known, n=1)
        mend = f"Did you mean {near[0]!r}?" if near else f"Choose one of: {', '.join(known)}."
        super().__init__(f"There is no {self.what} called {name!r}. {mend}")


class UnknownModel(_UnknownName):
    what = "model"


class UnknownDataSet(_UnknownName):
    what = "data set"


class DataNotAvailable(CofactorError, OSError):
    pass


class BadModelFolder(CofactorError, ValueError):
    pass


class BadCheckpoint(CofactorError, ValueError):
    pass


class Leak(CofactorError, ValueError):
    pass


class NothingToAsk(CofactorError, LookupError):
    pass


class NotFitted(CofactorError, RuntimeError):
    def __init__(self, model: str) -> None:
        super().__init__(f"This {model} has not learned anything yet. Call .fit(ratings) first.")


class Unsupported(CofactorError, TypeError):
    pass


class Diverged(CofactorError, ArithmeticError):
    pass


class MissingExtra(CofactorError, ImportError):
    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}'. Install it with: pip install 'cofactor[{extra}]'")


class FewerLeft(UserWarning):
    """A list came out shorter than asked, because too few candidates were left."""


class ItemsNotPlaced(UserWarning):
    """New items have ratings, but this model cannot place an item without being fitted anew."""

    def __init__(self, model: str, titles: Sequence[str]) -> None:
        self.titles = list(titles)
        named = ", ".join(map(repr, self.titles[:5])) + (", …" if len(self.titles) > 5 else "")
        super().__init__(
            f"{model} has no place for {len(self.titles)} new items, and recommends them to nobody until it is "
            f"fitted anew: {named}."
        )


class Interrupted(UserWarning):
    """Training was ended by ctrl-C; the model is whole, and stands where its last sweep left it."""

    def __init__(self, n_done: int, n_asked: int, unit: str) -> None:
        self.n_done = n_done
        super().__init__(
            f"Interrupted: the model is kept as it was after {n_done} of {n_asked} {unit}s. It can be used and saved."
        )


class SearchStopped(UserWarning):
    """A search was ended by ctrl-C; what it had found by then is used."""

    def __init__(self, n_done: int) -> None:
        super().__init__(f"Stopped after {n_done} trials: the best options among them are used.")


class CouldBeFaster(UserWarning):
    """What was asked for takes many times as long as something nearly as good."""
