"""What models made of other models share: members that are fitted anew, updated, saved and opened with the whole."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

from cofactor.arrays import Array, IntArray
from cofactor.contract.forgetting import Forgetting, weakest
from cofactor.errors import BadOption, shown
from cofactor.models import make_known, model_class
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["AsGiven", "WithMembers", "as_member", "as_members", "as_option", "expect_share"]

AsGiven = Recommender | str | Mapping[str, Any]  # a model, its name, or {"model": name, option: value, …}


@dataclass(kw_only=True)
class WithMembers(Recommender):
    """A model made of members. They are always fitted as copies: those given stay as they are."""

    @property
    @abstractmethod
    def _given(self) -> tuple[Recommender, ...]:
        """The members by the options of this model; none where they depend on the ratings."""

    @property
    def fitted(self) -> tuple[Recommender, ...]:
        """The members with what they learned, in their order; raises `NotFitted` before `fit`."""
        _ = self.ratings
        return self.fitted_

    @property
    def _parts(self) -> tuple[Recommender, ...]:
        """The members: fitted, where they are."""
        return self.__dict__.get("fitted_") or self._given

    def _new(self, train: "Ratings") -> tuple[Recommender, ...]:
        """New members for these ratings, not fitted."""
        return tuple(as_member(one) for one in self._given)

    # ---- training -----------------------------------------------------------------------------------------

    @abstractmethod
    def _learn_own(self, train: "Ratings") -> None:
        """Set what the whole learns beside its members, of options alone. Raises `BadOption` where more is needed."""

    def of_fitted(self, *members: Recommender) -> Self:
        """The model itself, made of members that are fitted to one table already; nothing is trained.

        Raises `BadOption` where the options do not say all that the whole has to know.
        """
        train = members[0].ratings
        self._learn_own(train)
        self.ratings_, self.fitted_ = train, members
        return self

    def _fit_each(self, train: "Ratings", run: "Run") -> list[Recommender]:
        """New members, each fitted. Ctrl-C raises `KeyboardInterrupt`: there is no whole model yet."""
        members = list[Recommender]()
        for one in self._new(train):
            members.append(one.learn(train, its := run.part()))
            if its.stopped:
                raise KeyboardInterrupt
        return members

    def _fit_members(self, train: "Ratings", run: "Run", trial: Sequence[Recommender]) -> tuple[Recommender, ...]:
        """One after the other learns from all ratings and takes the place of its trial, fitted without some of them.

        So ctrl-C leaves whole members: from that one on those of the trial.
        """
        members = list(trial)
        for at, one in enumerate(self._new(train)):
            with suppress(KeyboardInterrupt):
                one.learn(train, its := run.part())
                if not its.interrupted:
                    members[at] = one
                if not its.stopped:
                    continue
            n_done = at + (members[at] is one)
            run.stop_after(n_done, len(members), "member")
            for missing_some in members[n_done:]:
                missing_some.ratings_ = train
            break
        return tuple(members)

    def updated_state(self, joined: "Joined") -> dict[str, Any]:
        members = tuple(one.copied() for one in self.fitted)  # those given stay as they were
        for one in members:
            one.absorb(joined)
        return {"fitted_": members}

    @property
    def forgetting(self) -> Forgetting:
        """The weakest that its parts give: what the whole learned beside its members stays."""
        own: list[Forgetting] = ["kept"] if self._learns_own else []
        return weakest([*own, *(one.forgetting for one in self._parts)])

    @property
    def forgetting_note(self) -> str:
        """Sentences of what each part gives, which may be more than the whole does."""
        named = [(type(one).__name__, one) for one in self._parts]
        kinds = ", ".join(f"{name} {one.forgetting}" for name, one in named)
        own = ["What it learned beside them is kept."] if self._learns_own else []
        notes = [f"{name}: {one.forgetting_note}" for name, one in named if one.forgetting_note]
        return " ".join([f"Each part forgets by itself: {kinds}.", *own, *notes]) if named else ""

    @property
    @abstractmethod
    def _learns_own(self) -> bool:
        """Whether the whole learns from ratings beside its members, which is what `forget` leaves as it is."""

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, Any]:
        members = tuple(one.copied() for one in self.fitted)
        for one in members:
            one.leave_out(user_idx, remaining)
        return {"fitted_": members}

    # ---- saving -------------------------------------------------------------------------------------------

    def learned_values(self) -> dict[str, Any]:
        """Its own, and that of each member behind the member's number."""
        members = enumerate(self.fitted)
        nested = {f"{at}.{name}": a for at, one in members for name, a in one.learned_values().items()}
        return super().learned_values() | nested

    def set_learned(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        own, of_members = self._parted(learned, ratings)
        super().set_learned(own, ratings)
        self.fitted_ = self._new(ratings)
        for one, theirs in zip(self.fitted_, of_members, strict=True):
            one.set_learned(theirs, ratings)

    def check_learned(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        own, of_members = self._parted(learned, ratings)
        super().check_learned(own, ratings)
        for one, theirs in zip(self._new(ratings), of_members, strict=True):
            one.check_learned(theirs, ratings)

    def _parted(
        self, learned: Mapping[str, Array], ratings: "Ratings"
    ) -> tuple[dict[str, Array], list[dict[str, Array]]]:
        """Its own, and what each member learned; a number that no member has stays with its own."""
        own, of_members = dict(learned), list[dict[str, Array]]()
        for at in range(len(self._new(ratings))):
            names = [name for name in own if name.startswith(f"{at}.")]
            of_members.append({name.removeprefix(f"{at}."): own.pop(name) for name in names})
        return own, of_members


def expect_share(held_out: float) -> None:
    """Raise `BadOption` where the ratings held out are no share of all."""
    if not 0 < held_out < 1:
        raise BadOption(f"held_out is a share of the ratings between 0 and 1, but {held_out} came.")


# ---- members however they were given --------------------------------------------------------------------------


def as_option(member: Recommender) -> dict[str, Any]:
    """A member as an option holds it: its name and its own options."""
    return {"model": member.model_name(), **member.options()}


def as_members(given: Any) -> tuple[Recommender, ...]:
    """As models; those that are stay as they are."""
    if isinstance(given, tuple) and all(isinstance(one, Recommender) for one in given):
        return cast("tuple[Recommender, ...]", given)
    is_one = isinstance(given, (str, Recommender, Mapping)) or getattr(given, "ndim", 1) == 0
    if is_one or not isinstance(given, Iterable):
        raise BadOption(f"members lists the models of a blend, such as ('ease', 'bias'), but {shown(given)} came.")
    return tuple(map(as_member, given))


def as_member(given: AsGiven) -> Recommender:
    """A new model with the options of the one given: by itself, by its name, or by its name and options."""
    if isinstance(given, Recommender):
        make_known([type(given)])  # by its name, too, as `options` and a saved blend say it
        return type(given)(**given.options())
    if isinstance(given, str):
        return model_class(given)()
    if not isinstance(given, Mapping) or "model" not in given:
        raise BadOption(
            f"A member is a model, its name, or {{'model': name, option: value, …}}, but {shown(given)} came."
        )
    options = {str(name): tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    name = str(options.pop("model"))
    try:
        return model_class(name)(**options)
    except TypeError as error:  # an argument that its class needs is not among them
        raise BadOption(f"The member {name!r} does not take these options: {error}.") from None
