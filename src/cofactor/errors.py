"""Everything that goes wrong because of what came in, one family, each with its mend in the message.

    CofactorError
    ├── BadTable            a table cannot be read as ratings            (ValueError)
    ├── BadOption           a hyperparameter or argument out of range    (ValueError)
    ├── UnknownIds          users or items that the data do not hold     (LookupError)
    ├── AmbiguousTitle      a title that several items carry             (LookupError)
    ├── UnknownModel        no model of that name                        (LookupError)
    ├── UnknownDataSet      no data set of that name                     (LookupError)
    ├── DataNotAvailable    a known data set that is not at hand         (OSError)
    ├── BadModelFolder      not a saved model, or a damaged one          (ValueError)
    ├── BadShards           a folder of shards is damaged or not whole   (ValueError)
    ├── BadCluster          a cluster out of reach, or that gives up     (RuntimeError)
    ├── NotSaved            the system refuses to write it               (OSError)
    ├── BadCheckpoint       a checkpoint of another run                  (ValueError)
    ├── Leak                test ratings that training has seen          (ValueError)
    ├── NothingToAsk        every question was asked                     (LookupError)
    ├── NotFitted           asked before `fit`                           (RuntimeError)
    ├── Unsupported         this model cannot do that                    (TypeError)
    ├── NotShown            a service that shows no persons              (PermissionError)
    ├── NotAfterFork        a forked child cannot do that                (RuntimeError)
    ├── Diverged            training left the finite numbers             (ArithmeticError)
    └── MissingExtra        an optional dependency is not installed      (ImportError)

Warnings are values too: `FewerLeft` says that a list is shorter than asked, `ItemsIgnored` which candidates nobody
knows, `ItemsNotPlaced` what `update` could not do, `CouldBeFaster` that there is a much quicker way. `StoppedEarly` is
all that ctrl-C ends: `Interrupted` training, `SearchStopped` a search, `ComparisonStopped` a comparison.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Self

OF_NUMPY = re.compile(r"\bnp\.\w+\(([^()]*)\)")  # how NumPy writes one of its numbers, texts or dates
NAMED = 5  # things that a message names
LONGEST_SHOWN = 80  # characters of what came, in a message


def shown(one: object) -> str:
    """How a message writes what came: as Python does, cut where it is long, its type where it cannot be written.

    What NumPy calls np.int64(5) is 5 to whoever reads it.
    """
    try:
        text = repr(one)
    except Exception:  # numbers of more than 4,300 digits, and whatever else has a `__repr__` of its own
        return f"a value of type {type(one).__name__}"
    text = text if type(one) is str else OF_NUMPY.sub(r"\1", text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"


def counted(n: int, noun: str) -> str:
    """So many of something, as a message says it.

    >>> counted(1, "new item"), counted(1_000, "rating"), counted(0, "user")
    ('1 new item', '1,000 ratings', '0 users')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def verb_of(n: int, plural: str) -> str:
    """The verb that goes with so many of something.

    >>> verb_of(1, "are"), verb_of(2, "are"), verb_of(1, "have"), verb_of(1, "look")
    ('is', 'are', 'has', 'looks')
    """
    return plural if n != 1 else {"are": "is", "were": "was", "have": "has"}.get(plural, f"{plural}s")


def some_of(n: int, total: int, noun: str, verb: str) -> str:
    """So many of all there are, with the verb for them, given in its plural.

    >>> some_of(1, 3, "user", "have"), some_of(2, 3, "user", "have")
    ('1 of 3 users has', '2 of 3 users have')
    """
    return f"{n:,} of {counted(total, noun)} {verb_of(n, verb)}"


class _Portable(Exception):
    """Comes back from another process as it left it: most are made of more than the text that exceptions keep."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _as_it_was, (type(self), self.args, vars(self))


def _as_it_was(kind: type[Exception], args: tuple[Any, ...], facts: Mapping[str, Any]) -> Exception:
    one = kind.__new__(kind, *args)
    vars(one).update(facts)
    return one


class CofactorError(_Portable):
    """Base of all errors of this library."""


class BadTable(CofactorError, ValueError):
    """Raised when a table cannot be read as ratings; correct the table as the message says."""


class BadOption(CofactorError, ValueError):
    """Raised when an option or argument cannot be used; give one that the message allows."""


def _named(things: Sequence[object]) -> str:
    """The first few of them, for a message."""
    return ", ".join(map(shown, things[:NAMED])) + (", …" if len(things) > NAMED else "")


class UnknownIds(CofactorError, LookupError):
    """Raised for ids that the data do not hold, all listed in `ids`; check their spelling and type."""

    def __init__(
        self, kind: str, ids: Iterable[object], known: int, near: Sequence[str] = (), *,
        made_of: str = "", may_fall_back: bool = False, mend: str = "",
    ) -> None:  # fmt: skip
        """made_of: the kind of the known ids, such as "text"; nothing where they are of several

        may_fall_back: whether the caller could have passed unknown='fallback'     mend: in place of a look at spelling
        """
        self.kind, self.ids = kind, _different(ids)
        named = _named(self.ids)
        what = f"This {kind} is" if len(self.ids) == 1 else f"These {len(self.ids)} {kind}s are"
        check = f"Check {'its' if len(self.ids) == 1 else 'their'} spelling and type"
        check += f": the known ones are {made_of}." if made_of else "."
        mend = mend or (f"Did you mean {' or '.join(map(shown, near))}?" if near else check)
        fallback = " To have unknown ids treated as newcomers, pass unknown='fallback'." if may_fall_back else ""
        among = f"among the {counted(known, 'known one')}" if known else "known"
        super().__init__(f"{what} not {among}: {named}. {mend}{fallback}")


def _different(ids: Iterable[object]) -> list[object]:
    """Each once, in their order; what cannot be an id, such as a list, is there as it came."""
    found: dict[object, object] = {}
    for one in ids:
        found.setdefault(one if _has_hash(one) else shown(one), one)
    return list(found.values())


def _has_hash(one: object) -> bool:
    try:
        hash(one)
    except TypeError:  # of a tuple that holds a list, or a signalling nan, only asking tells
        return False
    return True


class AmbiguousTitle(CofactorError, LookupError):
    """Raised for a title that several items carry; give the id of the one that is meant; `ids` lists them."""

    def __init__(self, title: str, ids: Sequence[object]) -> None:
        self.title, self.ids = title, list(ids)
        count = {2: "Two", 3: "Three"}.get(len(ids), str(len(ids)))
        super().__init__(
            f"{count} items have the title {shown(title)}: {_named(ids)}. Give the id of the one you mean."
        )


class _UnknownName(CofactorError, LookupError):
    what: str

    def __init__(self, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name, known, n=1)
        mend = f"Did you mean {near[0]!r}?" if near else f"Choose one of: {', '.join(known)}."
        super().__init__(f"There is no {self.what} called {name!r}. {mend}")


class UnknownModel(_UnknownName):
    """Raised when no model has the name given; use the name that the message suggests, or one that it lists."""

    what = "model"


class UnknownDataSet(_UnknownName):
    """Raised when no data set has the name given; use the name that the message suggests, or one that it lists."""

    what = "data set"


class DataNotAvailable(CofactorError, OSError):
    """Raised when a known data set cannot be found or downloaded, or lacks files; follow the message to obtain it."""


class BadModelFolder(CofactorError, ValueError):
    """Raised when a file is missing, damaged or no saved model of this version; copy it again, save anew or upgrade."""


class BadShards(CofactorError, ValueError):
    """Raised when a folder of shards is not whole, damaged or of another version; copy it again or shard anew."""


class BadCluster(CofactorError, RuntimeError):
    """Raised when a cluster cannot be reached, differs from this process, or loses the same work again and again."""


class NotSaved(CofactorError, OSError):
    """Raised when the file system refuses to write a model or a table; make room, or choose another path."""


class BadCheckpoint(CofactorError, ValueError):
    """Raised when a checkpoint is damaged, unwritable or of another run; delete it or choose another path."""


class Leak(CofactorError, ValueError):
    """Raised when training holds test ratings or newer ones, or times to check are missing; split as it says."""


class NothingToAsk(CofactorError, LookupError):
    """Raised when an onboarding interview has asked about every rated item; recommend from the answers given."""


class NotFitted(CofactorError, RuntimeError):
    """Raised when a model is asked for results before it was fitted; call `fit` first."""

    def __init__(self, model: str) -> None:
        super().__init__(f"This {model} has not learned anything yet. Call .fit(ratings) first.")


class Unsupported(CofactorError, TypeError):
    """Raised when a model cannot do what is asked; `model.abilities` says what it can, else choose another model."""


class NotShown(CofactorError, PermissionError):
    """Raised by a service that was started to show no persons; start it without that option."""


class NotAfterFork(CofactorError, RuntimeError):
    """Raised when a forked process cannot read tables; read before it, or start it by 'forkserver' or 'spawn'."""


class Diverged(CofactorError, ArithmeticError):
    """Raised when training yields nan or inf; lower the learning rate, regularise more, or rescale the ratings."""


class MissingExtra(CofactorError, ImportError):
    """Raised when an optional dependency is not installed; install the extra with the command in the message."""

    def __init__(self, what: str, extra: str, packages: str = "") -> None:
        """packages: what it needs beside the extra, as pip takes it"""
        also, them = (f" and {packages}", f" {packages}") if packages else ("", "")
        super().__init__(
            f"{what} needs the extra '{extra}'{also}. Install it with: pip install 'cofactor[{extra}]'{them}"
        )


class FewerLeft(_Portable, UserWarning):
    """Lists came out shorter than asked, because too few candidates were left."""

    def __init__(self, text: str, n_short: int) -> None:
        """n_short: how many lists are"""
        super().__init__(text)
        self.n_short = n_short

    @classmethod
    def among(cls, n_short: int, n_lists: int, n: int, example: str = "") -> Self:
        """The warning for many lists that were to be n long. example: goes on behind that, of one of them"""
        short = some_of(n_short, n_lists, "list", "are")
        return cls(f"{short} shorter than {n}{example}: too few items are left for them.", n_short)


class ItemsIgnored(_Portable, UserWarning):
    """Some of the candidates, or exclusions, are no items that the model was trained on."""

    def __init__(self, ids: Iterable[object], given: Iterable[object], option: str, known: int) -> None:
        """given: all that came     option: "candidates" or "exclude"     known: the number of items in the model"""
        self.ids, n_given = _different(ids), len(_different(given))
        are = verb_of(len(self.ids), "are")
        super().__init__(
            f"{len(self.ids):,} of the {counted(n_given, 'item')} in {option} {are} not among the "
            f"{counted(known, 'known one')}, and {are} ignored: {_named(self.ids)}."
        )


class ItemsNotPlaced(_Portable, UserWarning):
    """New items have ratings, but this model cannot place an item without being fitted anew."""

    def __init__(self, model: str, titles: Sequence[str]) -> None:
        self.titles = list(titles)
        super().__init__(
            f"{model} has no place for {counted(len(self.titles), 'new item')}, which nobody is recommended until it "
            f"is fitted anew: {_named(self.titles)}."
        )


class StoppedEarly(_Portable, UserWarning):
    """Ctrl-C ended it: what stands is whole, but less than was asked for. The command line then exits with 130."""


class Interrupted(StoppedEarly):
    """Training was ended by ctrl-C; the model is whole, and stands where its last sweep left it."""

    def __init__(self, n_done: int, n_asked: int, unit: str) -> None:
        self.n_done, self.where = n_done, f"after {n_done:,} of {counted(n_asked, unit)}"
        super().__init__(f"Interrupted: the model is kept as it was {self.where}. It can be used and saved.")


class ComparisonStopped(StoppedEarly):
    """A comparison was ended by ctrl-C; the models that were measured by then are compared."""

    def __init__(self, left_out: Sequence[str]) -> None:
        self.left_out = list(left_out)
        super().__init__(f"Interrupted: {', '.join(left_out)} {verb_of(len(left_out), 'were')} not compared.")


class SearchStopped(StoppedEarly):
    """A search was ended by ctrl-C; what it had found by then is used."""

    def __init__(self, n_done: int) -> None:
        super().__init__(f"Stopped after {counted(n_done, 'trial')}: the best options among them are used.")


class CouldBeFaster(_Portable, UserWarning):
    """Raised, as a warning, where another way that the message names takes a fraction of the time."""
