"""The course's `Learner`: a module and its batches, trained, asked, and kept in files."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from cofactor.collab.files import export, load_state, save_state, with_suffix
from cofactor.collab.learner_training import TrainingLearner
from cofactor.errors import counted

__all__ = ["Learner"]


class Learner(TrainingLearner):
    """Trains a module on `dls`; `model` is always current, and the optimiser's memory goes on from fit to fit.

    What it is made of says `LearnerParts`, how it is trained `TrainingLearner`, what it answers `AnsweringLearner`.
    The optimiser's memory begins anew where callbacks that want every batch come or go, as other code then trains.
    """

    def save(self, file: str | Path, with_opt: bool = True) -> Path:
        """The model's parameters, and the optimiser's memory, as `path/model_dir/file.safetensors`."""
        memory = self._engine[1].state() if with_opt and self._engine is not None else {}
        return save_state(self.model, memory, self._file(file))

    def load(self, file: str | Path, with_opt: bool = True) -> Self:
        """Load the parameters that `save` wrote, and the optimiser's memory if `with_opt`; returns this learner.

        Raises `BadModelFolder` where the file is missing, is no safetensors file, or holds another model's parameters.
        """
        memory = load_state(self.model, self._file(file))
        if with_opt and memory:
            engine = self._ready(reset_opt=False)
            if is_of_module(memory) != is_of_module(engine.state()):
                said = "The file's memory of the optimiser is of the other engine's: training begins without it."
                warnings.warn(said, stacklevel=2)
            else:
                engine.restore(memory)
        return self

    def export(self, fname: str | Path = "export.safetensors") -> Path:
        """The model with its ids but without ratings, as one file `path/fname` for `load_learner`."""
        return export(self.model, self.dls, self.path / fname)

    def _file(self, file: str | Path) -> Path:
        return with_suffix(self.path / self.model_dir / file)

    def __repr__(self) -> str:
        return f"Learner({type(self.model).__name__} on {counted(len(self.dls.train_ds), 'rating')})"


def is_of_module(memory: Iterable[str]) -> bool:
    """True of what the readable engine remembers, which names the module's own tensors."""
    return any(name.startswith("net.") for name in memory)
