"""Names of the course's first version, and what they are called now."""

from collections.abc import Mapping
from typing import NoReturn

from cofactor.errors import Unsupported

__all__ = ["OF_A_LEARNER", "OF_A_RECORDER", "OldName", "say_new_name"]

NEW_NAMES = {
    "CollabDataBunch": "CollabDataLoaders",
    "CollabLearner": "Learner",
    "CollabList": "CollabDataLoaders",
    "DataBunch": "DataLoaders",
    "get_collab_learner": "collab_learner",
}
OF_A_LEARNER = {
    "callback_fns": "learn.cbs",
    "callbacks": "learn.cbs",
    "data": "learn.dls",
    "layer_groups": "learn.opt.param_lists",
    "pred_batch": "learn.get_preds(dl=…)",
}
OF_A_RECORDER = {
    "metrics": "recorder.values, a row for each epoch,",
    "plot": "recorder.plot_lr_find",
    "plot_losses": "recorder.plot_loss",
    "plot_lr": "recorder.plot_sched",
    "plot_metrics": "recorder.values, a row for each epoch,",
    "val_losses": "recorder.values, a row for each epoch,",
}


class OldName:
    """Stands for a name of the first version; using it raises `Unsupported` with the name of now."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        raise self._now()

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(name) if name.startswith("_") else self._now()

    def _now(self) -> Unsupported:
        return Unsupported(f"{self._name} is called {NEW_NAMES[self._name]} now, since the course's second version.")


def say_new_name(name: str, new_names: Mapping[str, str]) -> None:
    """Raise an `AttributeError` that says the present name, where this was an attribute in the first version."""
    if name in new_names:
        raise AttributeError(f"{name} is called {new_names[name]} now, since the course's second version.")
