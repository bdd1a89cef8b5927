"""What was chosen, and why: the trials as a table, and what leads against what every model has to beat."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from cofactor.choosing.contest import Contest, Entry
from cofactor.errors import counted
from cofactor.evaluation.metric_table import is_of_ratings
from cofactor.recommender import Recommender
from cofactor.sheet import Sheet, SheetMixin, format_number
from cofactor.tuning.history import History

__all__ = ["Choice", "entry_printer", "reasons"]


@dataclass(frozen=True)
class Choice(SheetMixin):
    """`model`: fitted on all training ratings     `why`: sentences     `entries`: what was tried, in order
    `histories`: the trials of each search of options, by class."""

    model: Recommender
    why: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    histories: dict[str, History] = field(default_factory=dict[str, History])

    @property
    def trials(self) -> str:
        """The table of what was tried, and why the model was chosen, as text."""
        return self.sheet()._replace(title="").text()

    def sheet(self) -> Sheet:
        """The model, what each entry reached, by its metric, and why the model was chosen."""
        metrics = list(dict.fromkeys(one.metric for one in self.entries))
        rows = [
            [
                one.label,
                *(format_number(one.value) if name == one.metric else "" for name in metrics),
                f"{one.seconds:.1f}",
            ]
            for one in self.entries
        ]
        return Sheet(self.model.sheet().title, ("", *metrics, "seconds") if rows else (), rows, self.why)


def entry_printer(progress: bool | None) -> Callable[[Entry], None]:
    """A function that prints a line on stderr for each entry; None: where stderr is a terminal."""
    shown = sys.stderr.isatty() if progress is None else progress

    def line(entry: Entry) -> None:
        reached = entry.failure or f"{entry.metric} {format_number(entry.value)}"
        print(f"tried {entry.label}: {reached}, {entry.seconds:.1f} s", file=sys.stderr, flush=True)

    return line if shown else lambda _: None


def reasons(contest: Contest, aim: str, skipped: list[str]) -> list[str]:
    """Sentences: on what models were tried, and what leads, against what every model has to beat.

    skipped: the names of models that there was no time for
    """
    n, noun = len(contest.train), contest.train.kind.removesuffix("s")
    told = [
        f"Tried on {len(contest.rest):,} of {counted(n, noun)}, a fifth of each user's, which were held out.",
    ]
    for of_ratings, floor in ((False, "Popularity"), (True, "Bias")):
        best, base = contest.best(of_ratings=of_ratings), contest.named(floor)
        if best and base and (of_ratings or not is_of_ratings(aim)):
            what = "Ratings are predicted" if of_ratings else "Lists are made"
            value, least = format_number(best.value), format_number(base.value)
            told.append(f"{what} by {best.label}: {best.metric} {value}, where {floor} reaches {least}.")
            highest = contest.ranked(of_ratings=of_ratings)[0]
            if highest is not best:
                reached = f"{highest.label} reached {format_number(highest.value)}"
                told.append(f"{reached}, but on so few people's lists that this may be chance.")
    if skipped:
        them = "it" if len(skipped) == 1 else "them"
        told.append(f"There was no time for {', '.join(skipped)}: a larger budget tries {them}, too.")
    return told
