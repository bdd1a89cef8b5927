"""Models that learn from a folder of shards as from a table in memory: the same options, the same loop."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from cofactor.contract.snapshots import is_learned
from cofactor.errors import BadOption, counted
from cofactor.memory import refuse_beyond
from cofactor.run.run import Run
from cofactor.scale.cluster.connection import map_on
from cofactor.scale.cluster.ordered_map import OrderedMap
from cofactor.scale.fitting.engine import ShardedEngine
from cofactor.scale.fitting.held_out import HeldOut
from cofactor.scale.fitting.kept_sums import KeptSums
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.table.folder import Shards, expect_opened
from cofactor.training.engine import ResumableEngine
from cofactor.training.trained import TrainedRecommender

if TYPE_CHECKING:
    from cofactor.data.expecting import RatingsOrFrame
    from cofactor.data.ratings import Ratings
    from cofactor.run.stopping import EarlyStopping

__all__ = ["FitsShards"]

E = TypeVar("E", bound=ResumableEngine)
BYTES_OF_RATING = 40  # of a shard's ratings while its sums are made, in both layouts


@dataclass(kw_only=True)
class FitsShards(TrainedRecommender[E], Generic[E]):
    """Models whose `fit` also takes shards; of users it then keeps nothing but what newcomers are like.

    What is learned is what the whole table in memory gives, but for the order of sums. The model answers for whoever
    gives their ratings, `model.recommend(shards.ratings_of(user))` among them; they get the row that a newcomer with
    the same ratings gets.
    """

    on_held_out_ = ""  # of a fit to shards: how good it is on what was held out

    n_factors: int

    @abstractmethod
    def _make_shard_engine(self, learned: LearnedShards, ordered_map: OrderedMap) -> ShardedEngine[Any]:
        """A new engine: start parameters, the shards to train on, and who does the work on them."""

    @abstractmethod
    def _set_learned_from_shards(self, engine: Any, catalogue: "Ratings") -> None:
        """Set what `learned` names, of no users, and `ratings_` to the catalogue."""

    @abstractmethod
    def _on_held_out(self, engine: Any) -> str:
        """How good the model is on what was held out of shards, in a sentence with the interval."""

    def notes(self) -> tuple[str, ...]:
        found = super().notes()
        if self.ratings.item_totals is None:
            return found
        nobody = "It was fitted to shards and keeps no users: who gives their ratings is answered."
        # first, as in a model that was opened: there what only the fit knew (`noted_`) comes before all else
        return (*([self.on_held_out_] if self.on_held_out_ else ()), *found, nobody)

    def fit(
        self, train: "RatingsOrFrame | Shards", *, validation: "RatingsOrFrame | float | None" = None,
        progress: bool | None = None, early_stopping: "EarlyStopping | None" = None,
        checkpoint: str | Path | None = None, warm_start: Any = None, cluster: str | None = None,
        workers: int | None = None,
    ) -> Self:  # fmt: skip
        """The model itself, which has learned from `train`: ratings, or shards that `open_shards` gives.

        Of ratings as every model. Of shards:

        validation: a share of each user's ratings, such as 0.05, which are never learned from; what the model makes of
            them is noted when all sweeps are done
        checkpoint: a file written after every sweep; where it exists, training goes on from it. Beside it are the sums
            of the running sweep's bundles that are joined, from which the same sweep goes on; with what is being
            written they take the disk twice the size of the sums
        early_stopping, warm_start: not of shards
        cluster: the "host:port" of a Ray cluster whose machines share the work on shards; "auto" for the one that runs,
            or else one on this machine alone; None for this process. The model is the same, to the last bit
        workers: how many bundles of shards a cluster works on at once, its processors being divided among them; None:
            as many as there is room for, each on all processors of a machine

        Memory holds one or two shards, the items, and the sums of their equations twice (`needed_gb_of`), whatever the
        number of users. Ctrl-C ends training after the sweep at hand.
        Raises `BadOption` where they do not fit, `BadShards` for a file that is missing or changed, `BadCluster` where
        a cluster cannot be reached or gives up, and what every `fit` raises.
        """
        if not isinstance(train, Shards):
            if isinstance(validation, int | float):
                raise BadOption(f"validation={validation} is a share, of shards; of ratings in memory give a part.")
            if cluster is not None or workers is not None:
                raise BadOption("cluster and workers are for shards; ratings in memory are learned from here.")
            return super().fit(
                train, validation=validation, progress=progress, early_stopping=early_stopping, checkpoint=checkpoint,
                warm_start=warm_start,
            )  # fmt: skip
        if early_stopping is not None or warm_start is not None:
            raise BadOption("early_stopping and warm_start are for ratings in memory; leave them out for shards.")
        if not isinstance(validation, int | float | None):
            raise BadOption("validation is a share of the ratings of shards, such as 0.05.")
        run = Run.of(progress=progress, checkpoint=checkpoint)
        self._conform_options()
        self._check_shards(train)
        train = replace(train, storage=train.storage.absolute())  # workers begin in folders of their own
        with map_on(cluster, workers, train, self.needed_gb_of(train)) as ordered_map:
            held_out = HeldOut(float(validation or 0), train.catalogue.items.values)
            self._learn_shards(LearnedShards(train, held_out), run, ordered_map)
        run.warn_if_interrupted()
        return self

    def _learn_shards(self, learned: LearnedShards, run: Run, ordered_map: OrderedMap) -> None:
        from cofactor.training.supervisor import Supervisor

        fresh = self.copied(lambda name: not is_learned(name))
        catalogue, share = learned.shards.catalogue, learned.held_out.share
        fresh.ratings_, fresh.held_out_ = catalogue, share
        with fresh._finite():
            engine = fresh._make_shard_engine(learned, ordered_map)
            if not (run.checkpoint and run.checkpoint.exists()):
                engine.start()

            def identity() -> dict[str, Any]:
                return fresh._identity(learned.shards.fingerprint) | {"held out": share}

            in_bundle = {"in bundle": learned.shards.in_bundle}
            kept = KeptSums(run.checkpoint, identity() | in_bundle) if run.checkpoint else None
            if kept:
                engine.keep_sums(kept)
            with engine.session():
                fresh._train(Supervisor(engine, run, fresh._n_epochs, identity, lambda epoch: epoch.train_loss))
                if kept:
                    kept.remove()
                fresh._set_learned_from_shards(engine, catalogue)
                fresh.on_held_out_ = fresh._on_held_out(engine) if share else ""
        fresh.interrupted_ = run.interrupted.where if run.interrupted else ""
        self.put_state(fresh)

    def _check_shards(self, shards: Shards) -> None:
        self._check_values(shards)
        if shards.report is not None:
            shards.report.refuse_untrainable()
        largest = counted(max(part.n_ratings for part in shards.parts), "rating")
        what = f"{type(self).__name__} on shards of {largest} and {counted(shards.n_items, 'item')}"
        mend = "Use fewer n_factors, leave out rare items, or shard the table into smaller files."
        refuse_beyond(self.needed_gb_of(shards), getattr(self, "memory_gb", None), what, mend)

    def needed_gb_of(self, shards: Shards) -> float:
        """Memory that learning from shards takes, in GB: two shards, the items five times, their sums twice.

        The sums of an item are k (k + 1) / 2 + 2 k + 1 numbers of double precision, k being padded to a multiple of 16.
        Raises `BadOption` for what are no shards.
        """
        from cofactor.kernels.alignment import padded_width

        expect_opened(shards, "needed_gb_of measures")
        k: int = padded_width(self.n_factors)
        of_items = shards.n_items * (2 * 8 * (k * (k + 1) / 2 + 2 * k + 1) + 5 * 4 * k)
        of_shards = max(2 * BYTES_OF_RATING * part.n_ratings + 4 * (k + 8) * part.n_users for part in shards.parts)
        return (of_items + of_shards) / 1e9
