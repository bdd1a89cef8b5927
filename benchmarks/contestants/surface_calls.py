"""The calls of the course's surface, made of whatever library's names are imported: what each gives, in words.

Runs in the peer's environment and in ours, with the modules to import from as arguments. Prints one JSON object: of
each call its result in words (type, shape, columns, or the value where it is a plain one), or the error's name.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import warnings
from typing import Any

# what is imported by "*" comes first, then these lines, then each call in turn, all in one namespace
SETTING = """
import matplotlib
matplotlib.use("agg")
set_seed(0)
rng = np.random.default_rng(0)
pairs = [(user, film) for user in range(1, 41) for film in range(1, 31) if rng.random() < 0.6]
table = pd.DataFrame(pairs, columns=["user", "movie"])
table["rating"] = rng.integers(2, 11, len(table)) / 2
table["title"] = [f"film {film:02d}" for film in table["movie"]]
dls = CollabDataLoaders.from_df(table, item_name="title", bs=16, seed=0)
numbered = CollabDataLoaders.from_df(table, bs=16, seed=0)
learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), metrics=[rmse, mae, R2Score(), PearsonCorrCoef()])
network = collab_learner(dls, use_nn=True, layers=[8, 4], y_range=(0, 5.5), config=tabular_config(ps=[0.1, 0.2]))
events = []
heard = type("Heard", (Callback,), {
    name: lambda self, name=name: events.append(name)
    for name in ("before_fit", "before_epoch", "before_train", "before_batch", "after_pred", "after_loss",
                 "before_backward", "after_backward", "before_step", "after_step", "after_batch", "after_train",
                 "before_validate", "after_validate", "after_epoch", "after_fit")
})
in_view = type("InView", (Callback,), {"after_epoch": lambda self: seen.append(len(self.recorder.values))})
seen = []
"""

CALLS = {
    # tables and batches
    "dls.classes['title']": "len(dls.classes['title']), str(dls.classes['title'][0]), str(dls.classes['title'][1])",
    "dls.classes['film']": "dls.classes['film']",
    "dls.classes['user'].items": "[str(one) for one in dls.classes['user'].items[:4]]",
    "o2i of a stranger": "dls.classes['title'].o2i['film 99']",
    "dls.train.items": "dls.train.items.shape[1], list(dls.train.items.index[:5])",
    "dls.valid.items": "len(dls.valid.items), list(dls.valid.items.index[:5])",
    "dls.train.xs": "dls.train.xs",
    "dls.cat_names, y_names": "list(dls.cat_names), list(dls.y_names)",
    "dls.one_batch()": "dls.one_batch()",
    "a batch of whole ratings": "CollabDataLoaders.from_df(table.assign(rating=3), bs=16).one_batch()[1]",
    "rows seen in an epoch": "sum(len(x) for x, _ in dls.train) // 16, "
    "len({tuple(row) for x, _ in dls.train for row in x.tolist()}) > 0.9 * 16 * len(dls.train)",
    "dls.n_inp": "dls.n_inp",
    "dls.test_dl(rows).one_batch()": "dls.test_dl(table.head(3)).one_batch()",
    "dls.test_dl(rows without ratings)": "dls.test_dl(table.head(3)[['user', 'title']]).one_batch()",
    "dls.test_dl(a stranger)": "dls.test_dl(table.head(1).assign(title='film 99')).one_batch()[0][0, 1].item()",
    "from_df(batch_size=, num_workers=)": "CollabDataLoaders.from_df(table, batch_size=8, num_workers=0).bs",
    "bs above the number of rows": "len(CollabDataLoaders.from_df(table.head(9), bs=64).train)",
    "TabularCollab(…).dataloaders()": "TabularCollab(table, [Categorify], ['user', 'title'], y_names=['rating'], "
    "y_block=TransformBlock(), splits=RandomSplitter(seed=0)(range_of(table))).dataloaders(bs=16).one_batch()",
    # models
    "learn.model": "str(learn.model)",
    "the network's model": "str(network.model)",
    "get_emb_sz(dls)": "get_emb_sz(dls)",
    "get_emb_sz(dls, two other names)": "get_emb_sz(dls, {'userId': 5, 'movieId': 7})",
    "model(x), dot product": "learn.model(dls.one_batch()[0])",
    "model(x), network": "network.model(dls.one_batch()[0])",
    "model.bias([one])": "learn.model.bias(['film 03'])",
    "model.weight([two])": "learn.model.weight(['film 03', 'film 04'])",
    "model.bias([a stranger])": "learn.model.bias(['film 99'])",
    "learn.i_weight": "learn.i_weight",
    "learn.nonsense": "learn.nonsense",
    # training
    "learn.opt before training": "learn.opt",
    "learn.fit(2, lr)": "learn.fit(2, 1e-2)",
    "recorder.metric_names": "list(learn.recorder.metric_names)",
    "recorder.values": "[len(row) for row in learn.recorder.values]",
    "recorder.losses, lrs": "len(learn.recorder.losses), len(learn.recorder.lrs), learn.recorder.lrs[-1]",
    "learn.opt.hypers": "sorted((name, float(value)) for name, value in dict(learn.opt.hypers[-1]).items())",
    "one cycle's rates": "(learn.fit_one_cycle(2, 1e-2), "
    "[round(float(rate), 8) for rate in learn.recorder.lrs[::9]])[1]",
    "fit(opt_func=SGD)": "(l := collab_learner(dls, n_factors=4, opt_func=SGD)).fit(1), "
    "sorted((name, float(value)) for name, value in dict(l.opt.hypers[-1]).items())",
    "fit(opt_func=torch.optim.SGD)": "collab_learner(dls, opt_func=torch.optim.SGD).fit(1)",
    "fit_flat_cos, fine_tune": "learn.fit_flat_cos(1, 1e-3), learn.fine_tune(1)",
    "lr_find(four suggestions)": "learn.lr_find(suggest_funcs=(minimum, steep, valley, slide))._fields",
    "recorder after lr_find": "len(learn.recorder.lrs) == len(learn.recorder.losses), float(learn.recorder.lrs[0])",
    "ratings of nan": "(l := collab_learner(CollabDataLoaders.from_df(table.assign(rating=np.nan), bs=16))).fit(1), "
    "str(l.recorder.values[0][0])",
    "learn.freeze(), unfreeze()": "learn.freeze(), learn.unfreeze(), "
    "all(p.requires_grad for p in learn.model.parameters())",
    "learn.summary()": "str(learn.summary()).splitlines()[0]",
    # answers
    "learn.validate()": "[type(one).__name__ for one in learn.validate()]",
    "validate(dl=rows with ratings)": "[type(one).__name__ for one in learn.validate(dl=dls.test_dl(table.head(20)))]",
    "validate(dl=rows without)": "learn.validate(dl=dls.test_dl(table.head(20)[['user', 'title']]))",
    "get_preds()": "learn.get_preds()",
    "get_preds(with_loss=, with_decoded=)": "learn.get_preds(with_input=True, with_decoded=True, with_loss=True)",
    "get_preds() of the network": "network.get_preds()",
    "learn.predict(row)": "learn.predict(table.iloc[0])",
    "learn.show_results()": "learn.show_results(max_n=3)",
    "export, load_learner": "learn.export('films.pkl'), load_learner('films.pkl', cpu=True).dls.one_batch is not None",
    "save, load": "str(learn.save('stage')).rpartition('.')[0], type(learn.load('stage')).__name__",
    # callbacks
    "callbacks in get_preds": "(learn.add_cb(heard()), events.clear(), learn.get_preds(), learn.remove_cb(heard), "
    "'after_pred' in events)[-1]",
    "callbacks in lr_find": "(learn.add_cb(heard()), events.clear(), learn.lr_find(), learn.remove_cb(heard), "
    "'after_pred' in events)[-1]",
    "events of an epoch": "(events.clear(), learn.fit(1, 1e-3, cbs=heard()), [one for at, one in enumerate(events) "
    "if at == 0 or not one.endswith(('batch', 'pred', 'loss', 'backward', 'step'))])[-1]",
    "events of a batch": "events[3:11]",
    "events of a validation batch": "(at := events.index('before_validate')) and events[at + 1:at + 5]",
    "after_epoch of a callback": "(learn.fit(2, 1e-3, cbs=in_view()), seen)[1]",
    "SaveModelCallback(monitor='_rmse')": "(learn.fit(3, 1e-2, cbs=SaveModelCallback(monitor='_rmse')), "
    "kept := [row[2] for row in learn.recorder.values], now := learn.validate()[1], "
    "'the highest' if abs(now - max(kept)) < 1e-5 else 'the lowest' if abs(now - min(kept)) < 1e-5 else '?')[-1]",
    "EarlyStoppingCallback": "(learn.fit(9, 1e-9, cbs=EarlyStoppingCallback(min_delta=1, patience=2)), "
    "len(learn.recorder.values))[1]",
    "ReduceLROnPlateau": "(learn.fit(3, 1e-3, cbs=ReduceLROnPlateau(min_delta=1, factor=2)), "
    "sorted({float(rate) for rate in learn.recorder.lrs}))[1]",
    "CSVLogger": "(learn.fit(1, 1e-3, cbs=CSVLogger()), open('history.csv').read().splitlines()[0])[1]",
    "ShowGraphCallback": "learn.fit(1, 1e-3, cbs=ShowGraphCallback())",
    "names of callbacks": "[one().name for one in (SaveModelCallback, CSVLogger, ReduceLROnPlateau, Callback)]",
    "a monitor that is no column": "learn.fit(1, cbs=EarlyStoppingCallback(monitor='nonsense'))",
    # losses and metrics
    "MSELossFlat()": "str(MSELossFlat()), float(MSELossFlat()(tensor([1., 2.]), tensor([[1.], [4.]])))",
    "L1LossFlat(reduction='none')": "L1LossFlat(reduction='none')(tensor([1., 2.]), tensor([[1.], [4.]])).tolist()",
    "rmse, mae, mse": "[round(float(f(tensor([1., 2.]), tensor([[1.], [4.]]))), 6) for f in (rmse, mae, mse)]",
    "R2Score, PearsonCorrCoef": "[round(float(f(tensor([1., 2., 4.]), tensor([1., 4., 3.]))), 6) "
    "for f in (R2Score(), PearsonCorrCoef())]",
    "accuracy of ratings, network": "network.get_preds()[0].shape and "
    "float(accuracy(*network.get_preds())) >= 0",
    "AccumMetric(f).name": "AccumMetric(mse).name",
    # small things
    "tensor(np.array([1.]))": "tensor(np.array([1.0]))",
    "one_hot(1, 3)": "one_hot(1, 3).tolist(), str(one_hot(1, 3).dtype)",
    "pca": "table[['user', 'rating']].pipe(lambda t: tensor(t.to_numpy()).float().pca(2))",
    "test_eq([1], (1,))": "test_eq([1], (1,))",
    "test_eq, arrays broadcast": "test_eq(np.array([1, 1]), np.array([[1, 1], [1, 1]]))",
    "test_eq, tensors do not": "test_eq(tensor([1., 1.]), tensor([[1., 1.], [1., 1.]]))",
    "test_eq(tensor, list)": "test_eq(tensor([1, 2]), [1, 2])",
    "test_close": "test_close([1.0, tensor(2.0)], [1.0, 2.000001])",
    "L: sorted, unique, zipwith": "[list(one) for one in "
    "(L(3, 1).sorted(), L(1, 2, 1).unique(), L(1, 2).zipwith([3, 4]))]",
    "L: enumerate, sum, + list": "list(L('a').enumerate()), L(1, 2).sum(), type(L(1) + [2]).__name__",
    "ifnone, first, to_detach": "ifnone(None, 1), first([2, 3]), to_detach([tensor(1.0)])",
    "Path.ls()": "type(Path('.').ls()).__name__",
    "Python's names": "[one.__name__ for one in (partial, itemgetter, Counter, defaultdict, math, os, re)]",
}  # fmt: skip


def described(value: Any) -> str:
    """A plain value as it is; of tensors and tables type, shape and columns; of lists and tuples their entries."""
    kind = type(value).__name__
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if hasattr(value, "columns"):
        return f"{kind} of {list(value.columns)}"
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"tensor {tuple(value.shape)} {str(value.dtype).removeprefix('torch.')}"
    entries = ", ".join(map(described, value)) if isinstance(value, list | tuple) or kind == "L" else kind
    return f"({entries})" if isinstance(value, tuple) else f"[{entries}]" if entries != kind else kind


def answer(code: str, names: dict[str, Any]) -> str:
    """The result of a call in words, or the error's name."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return described(eval(code, names))
    except Exception as error:
        return type(error).__name__


def main() -> None:
    warnings.simplefilter("ignore")
    os.chdir(tempfile.mkdtemp())
    names: dict[str, Any] = {}
    for module in sys.argv[1:]:
        exec(f"from {module} import *", names)
    exec(SETTING, names)
    print("\n" + json.dumps({name: answer(code, names) for name, code in CALLS.items()}))


if __name__ == "__main__":
    main()
