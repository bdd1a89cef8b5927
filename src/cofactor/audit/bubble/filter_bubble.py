"""`filter_bubble`: the feedback loop of a model, its mitigations and three controls, under several choice models."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.audit.bubble.choice_models import CHOICE_MODELS, ChoiceModel
from cofactor.audit.bubble.findings import RunKey
from cofactor.audit.bubble.recommenders import CONTROLS, AuditedModel, Mitigation, RoundRecommender, control
from cofactor.audit.bubble.result import FilterBubble, Setting
from cofactor.audit.bubble.rounds import People, Round, simulate
from cofactor.audit.bubble.user_taste import held_out_taste, standardised
from cofactor.audit.own_choices import with_own_choices
from cofactor.contract.attribute_shares import attribute_shares
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import Ratings
from cofactor.data.splits.splitting import split
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import seed_of
from cofactor.memory import refuse_beyond
from cofactor.recommender import Recommender, expect_model

__all__ = ["filter_bubble"]

HELD_OUT = 0.5  # of each user's ratings, from which taste is learned
N_COPIES = 4  # of a number for every user and item, held at once


def filter_bubble(
    model: Recommender, ratings: RatingsOrFrame, *, attribute: str = "genres", k: int = 10, n_rounds: int = 30,
    seeds: Sequence[int] = range(5), choice_models: Mapping[str, ChoiceModel] = CHOICE_MODELS,
    mitigations: Mapping[str, Mitigation] | None = None, taste: FloatArray | None = None, refit_every: int = 5,
) -> FilterBubble:  # fmt: skip
    """A simulation of the feedback loop of a model that learns from the choices its own lists led to
    [chaney2018confounding, mansoury2020feedback].

    In each round every user is shown k items that they have not rated, takes some by a choice model, and rates them;
    the model takes that in. The controls (random, popularity and true taste) are shown to the same people, from the
    same log. People choose by a taste of their own, which does not change: a low-rank fit of one half of each user's
    ratings, while the simulation begins with the other half alone.

    model: its options are used, and a copy of it is fitted, with each seed where it has one
    attribute: of the items, by which diversity, entropy and drift are measured
    seeds: each divides the ratings, fits and chooses anew
    choice_models: by name, how people choose
    mitigations: by name, what makes the model's lists other ones: a function of the fitted model and k
    taste: (n_users, n_items) the taste that people choose by, where it is known, as of generated ratings; the
        simulation then begins with all ratings
    refit_every: rounds between fits on the whole log; `update` takes in the others. 1: every round is a fit

    Raises `BadOption` for arguments out of range, for an attribute that items do not have, for a taste of another
    shape, and where a score for every user and item needs more memory than there is.
    """
    expect_model(model, "filter_bubble audits")
    ratings = as_ratings(ratings, "filter_bubble simulates people of")
    _check(k, n_rounds, refit_every, seeds, choice_models)
    refuse_beyond(4 * N_COPIES * ratings.n_users * ratings.n_items / 1e9, None, "A simulation", "Take fewer users.")
    shares, runs = attribute_shares(ratings, attribute, "attribute"), dict[RunKey, list[Round]]()
    versions = _versions(model, mitigations or {})
    model = _with_choices(model, _parts(ratings, taste, seeds[0])[0])
    for seed in seeds:
        people = _people(ratings, taste, shares, seed)
        fitted = _with_seed(model, seed).fit(people.start, progress=False)
        for place, (choice_name, choose) in enumerate(choice_models.items()):
            for name in (*versions, *CONTROLS):
                rng = np.random.default_rng([seed, place])  # each recommender's run begins with the same draws
                recommender = _recommender(name, fitted, versions, people.utility, refit_every, rng)
                rounds = simulate(recommender, people, choose, k=k, n_rounds=n_rounds, rng=rng)
                runs[RunKey(name, choice_name, seed)] = rounds
    setting = Setting(ratings.name, ratings.n_users, ratings.n_items, k, n_rounds, attribute, ratings.synthetic)
    return FilterBubble(runs, tuple(versions), setting, ratings.library)


def _check(
    k: int, n_rounds: int, refit_every: int, seeds: Sequence[int], choice_models: Mapping[str, ChoiceModel]
) -> None:
    for name, value, least in (("k", k, 2), ("n_rounds", n_rounds, 2), ("refit_every", refit_every, 1)):
        if value < least:
            raise BadOption(f"{name} must be at least {least}, but {value} came.")
    for name, given, form in (("seeds", seeds, "[0, 1]"), ("choice_models", choice_models, "{'logit': logit_choice}")):
        if not isinstance(given, Mapping if name == "choice_models" else Sequence):
            raise BadOption(f"{name} are given as {form}, but {shown(given)} came.")
        if not len(given):
            raise BadOption(f"{name} is empty. Give at least one.")
    for seed in seeds:
        seed_of(seed)


def _versions(model: Recommender, mitigations: Mapping[str, Mitigation]) -> dict[str, Mitigation | None]:
    """The model as it is, under the name of its class, and mitigated. Raises `BadOption` where a name is taken."""
    if not isinstance(mitigations, Mapping):
        raise BadOption(f"mitigations are functions by their names, {{name: function}}, but {shown(mitigations)} came.")
    name = type(model).__name__
    taken = [one for one in mitigations if one in (name, *CONTROLS)]
    if taken:
        raise BadOption(f"{taken[0]!r} is a control, or the model itself. Give the mitigation another name.")
    return {name: None, **mitigations}


def _parts(ratings: Ratings, taste: FloatArray | None, seed: int) -> tuple[Ratings, Ratings | None]:
    """The log that a simulation begins with, and the ratings that taste is learned from; None where it is known."""
    if taste is not None:
        return ratings, None
    start, held_out = split(ratings, test=HELD_OUT, by="user", seed=seed)
    return start, held_out


def _people(ratings: Ratings, taste: FloatArray | None, shares: FloatArray, seed: int) -> People:
    start, held_out = _parts(ratings, taste, seed)
    if held_out is not None:
        taste = held_out_taste(held_out, seed)
    assert taste is not None  # it is known where nothing is held out
    return People.of(start, standardised(taste, ratings), shares, seed)


def _with_choices(model: Recommender, start: Ratings) -> Recommender:
    """The model with the options that its fit chooses where they are None; a simulation fits it many times, and to
    choose takes longer than to fit."""
    chooses = any(value is None and f"{name}_" in model.learned for name, value in model.options().items())
    return with_own_choices(replace(model).fit(start, progress=False)) if chooses else model


def _with_seed(model: Recommender, seed: int) -> Recommender:
    return replace(model, seed=seed) if "seed" in {field.name for field in fields(model)} else replace(model)


def _recommender(
    name: str, fitted: Recommender, versions: Mapping[str, Mitigation | None], utility: FloatArray, refit_every: int,
    rng: np.random.Generator,
) -> RoundRecommender:  # fmt: skip
    if name in versions:
        return AuditedModel(fitted, refit_every, versions[name])
    return control(name, utility, rng)
