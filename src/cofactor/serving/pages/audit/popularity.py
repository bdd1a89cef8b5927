"""/api/audit/popularity: exposure against popularity and who is served worse, as `cf.popularity_bias` measures them."""

from cofactor.data.attributes.categories import category_attribute
from cofactor.serving.background import Task
from cofactor.serving.opened import OpenModel
from cofactor.serving.pages.audit.answer import AuditFound, AuditKind, Measured, table_rows
from cofactor.serving.pages.audit.lights import LENGTH, card_audit
from cofactor.serving.pages.audit.plain_routes import plain_routes
from cofactor.serving.pages.held_out import SEED, TEST, fitted_anew, split_by_user
from cofactor.serving.pages.panels import MeasureView

__all__ = ["KIND", "found_of", "routes"]

KIND = AuditKind(
    "popularity", "What lists show, and whom they serve",
    f"A model with the same options is fitted to {1 - TEST:.0%} of each person's ratings (seed {SEED}). Its lists of "
    f"{LENGTH} are measured on the rest, beside lists of people's own ratings, of the most popular items, and of "
    "chance.",
    ("exposure", "groups"),
)  # fmt: skip


def found_of(opened: OpenModel, task: Task) -> Measured:
    """The audit of a model's options. Raises as `popularity_bias` does, and `Cancelled`."""
    from cofactor.audit.card.accuracy import accuracy_section
    from cofactor.audit.card.popularity import popularity_section
    from cofactor.serving.pages.audit.exposure_panels import exposure_panels
    from cofactor.serving.pages.audit.group_panels import group_views

    ratings = opened.model.ratings
    parts, attribute = split_by_user(ratings), category_attribute(ratings)
    model = fitted_anew(opened.model, parts.train, lambda done: task.at(0.7 * done, "The model is fitted anew …"))
    task.at(0.7, "Lists are made and measured …")
    audit = card_audit(opened, model, parts.test, KIND.says)
    bias, sections = audit.bias, (popularity_section(audit), accuracy_section(audit))
    python = opened.python(
        f"train, test = cf.split(model.ratings, test={TEST}, by='user', seed={SEED})\n"
        f"fresh = type(model)(**model.options()).fit(train, progress=False)\n"
        f"cf.popularity_bias(fresh, test, k={LENGTH}, attribute={attribute!r})"
    )
    views = {"exposure": [MeasureView("", "", exposure_panels(bias, parts.train))], "groups": group_views(bias)}
    found = AuditFound(views, table_rows(bias.columns()), list(bias.sheet().notes), python)
    return Measured(found, sections)


routes = plain_routes(KIND, found_of)
