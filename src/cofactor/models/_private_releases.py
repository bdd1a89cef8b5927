"""The privacy statement of `PrivateALS`: every thing that a reader may see of a model, and whether ε covers it."""

from typing import TYPE_CHECKING

from cofactor.contract.privacy_statement import NOT_COVERED, Cover, PrivacyStatement, Released

if TYPE_CHECKING:
    from cofactor.models.private_als import PrivateALS

__all__ = ["statement_of"]

OPTIONS = ("n_factors", "n_epochs", "max_ratings", "attributes", "seed")  # that a search could have found
DECLARED: Cover = "public by declaration"


def statement_of(model: "PrivateALS") -> PrivacyStatement:
    """The statement of a fitted model; raises `NotFitted` of another."""
    library = model.ratings.library
    released = [*_released(model), *_declared(model), *_outside(model)]
    multipliers = tuple(model.multipliers_.tolist())
    return PrivacyStatement(type(model).__name__, model.epsilon, model.delta_, multipliers, released, library)


def _released(model: "PrivateALS") -> list[Released]:
    cover: Cover = NOT_COVERED if model.epsilon is None else "covered"
    return [
        Released(
            "mean, item biases and factors", cover, "from the noisy sums alone; with them all scores of newcomers"
        ),
        Released("counts and mean ratings of items", cover, "the first release; only what followed from it is saved"),
        Released(
            "right sides and Gram matrix of each sweep", cover, f"{model.n_epochs} more releases, counted likewise"
        ),
        Released("number of sweeps", cover, "set beforehand; nothing is stopped early or chosen among sweeps"),
    ]


def _declared(model: "PrivateALS") -> list[Released]:
    given = model.rating_range is not None
    of_range = "given" if given else "taken from the table: give rating_range, so that no rating has a part in it"
    found = [
        Released("catalogue", DECLARED, "items, their order, titles and attributes: none may depend on who rated what"),
        Released("name of the table", DECLARED, "it is in the saved model"),
        Released(
            f"rating range, {model.lowest_:g} to {model.highest_:g}", DECLARED if given else NOT_COVERED, of_range
        ),
        Released("bounds of a person's part", DECLARED, "length 1, whatever the ratings; max_ratings is an option"),
        _options(model),
    ]
    if model.delta is None:
        return [
            *found,
            Released("number of people", DECLARED, "δ = 1/n_users² says it; with a delta given it is hidden"),
        ]
    return [*found, Released("number of people", "not released", "delta was given")]


def _options(model: "PrivateALS") -> Released:
    usual = type(model)()
    changed = [name for name in OPTIONS if getattr(model, name) != getattr(usual, name)]
    if not changed:
        return Released("options", DECLARED, "the defaults, which were chosen on MovieLens: there they are not covered")
    why = "covered by nothing if a search on these ratings found them; fine if set beforehand"
    return Released(f"options other than the defaults: {', '.join(changed)}", NOT_COVERED, why)


def _outside(model: "PrivateALS") -> list[Released]:
    return [
        Released("rows of people", "not released", "computed when asked for, from their own ratings; never saved"),
        Released("ratings, ids and attributes of people", "not released", "a saved model holds no person"),
        Released(
            "lists and predictions for a person", "not released", "from their own ratings: show them to them alone"
        ),
        Released(
            "answers that count the ratings",
            NOT_COVERED,
            "before it is saved: lists by popularity or head, Ladder, Onboarding",
        ),
        Released("figures measured of the model", NOT_COVERED, "accuracy, audits and cards are computed without noise"),
        Released("other models of the same people", NOT_COVERED, "each fit spends its own ε; they add up"),
        Released("people with several ids", NOT_COVERED, "an id is taken for a person"),
        Released("last bits of the noise", NOT_COVERED, "floating-point attacks are not defended against"),
        Released("times, logs and error messages", NOT_COVERED, "keep them to yourself"),
    ]
