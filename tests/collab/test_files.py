"""Saving and opening without pickle."""

import json
import pickle

import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from cofactor.collab import *
from cofactor.errors import BadModelFolder, BadOption, Unsupported


@pytest.fixture(params=[False, True], ids=["dot", "nn"])
def learn(request, dls, tmp_path):
    set_seed(0)
    options = dict(use_nn=True, layers=[8], config=tabular_config(ps=0.1)) if request.param else dict(n_factors=4)
    learn = collab_learner(dls, y_range=(0, 5.5), path=tmp_path, **options)
    learn.fit_one_cycle(3, 5e-2)
    return learn


def test_an_exported_learner_predicts_the_same(learn, table):
    opened = load_learner(learn.export())
    rows = table.head(9)
    test_eq(opened.get_preds(dl=opened.dls.test_dl(rows))[0], learn.get_preds(dl=learn.dls.test_dl(rows))[0])
    assert opened.dls.classes == learn.dls.classes


def test_the_courses_default_name_finds_the_export(learn, tmp_path):
    learn.export()
    assert load_learner(tmp_path / "export.pkl").dls.cat_names == ["user", "movie"]


def test_a_learner_is_opened_for_the_cpu_unless_there_is_a_gpu_and_it_is_asked_for(learn, monkeypatch):
    file = learn.export()
    assert load_learner(file, cpu=False).dls.device == ("cuda" if torch.cuda.is_available() else "cpu")
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert [load_learner(file, cpu=cpu).dls.device for cpu in (True, False)] == ["cpu", "cuda"]


def test_an_export_keeps_the_dropout_of_each_layer(dls, tmp_path):
    config = tabular_config(ps=[0.1, 0.3], embed_p=0.2)
    learn = collab_learner(dls, use_nn=True, layers=[8, 4], config=config, y_range=(0, 5.5), path=tmp_path)
    assert repr(load_learner(learn.export()).model) == repr(learn.model)


def test_an_export_holds_no_ratings(learn):
    opened = load_learner(learn.export("for_a_stranger"))
    assert len(opened.dls.train_ds) == 0
    with pytest.raises(BadOption, match="holds no ratings"):
        opened.recommend(3)


def test_ids_of_text_come_back_as_text(films, tmp_path):
    learn = collab_learner(CollabDataLoaders.from_df(films, item_name="title"), path=tmp_path)
    assert load_learner(learn.export()).dls.classes["title"] == learn.dls.classes["title"]


def test_a_pickle_is_not_opened(tmp_path):
    (tmp_path / "export.pkl").write_bytes(pickle.dumps(print))
    with pytest.raises(BadModelFolder, match="Pickled learners"):
        load_learner(tmp_path / "export.pkl")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadModelFolder, match=r"There is no file .*nowhere"):
        load_learner(tmp_path / "nowhere.pkl")


def forged(file, arrays=None, **about):
    """The export with something else in it."""
    with safe_open(file, "numpy") as opened:
        said = json.loads(opened.metadata()["cofactor.collab"]) | about
    found = load_file(file)
    found |= {name: change(found[name]) for name, change in (arrays or {}).items()}
    save_file(found, file, metadata={"cofactor.collab": json.dumps(said)})
    return file


@pytest.mark.parametrize(
    "about",
    [
        {"format": "x"}, {"columns": None}, {"columns": ["user"]}, {"columns": [1, 2]}, {"n_factors": 10**9},
        {"n_factors": "4"}, {"y_range": [1]}, {"model": None}, {"model": "EmbeddingNN"},
        {"model": "EmbeddingNN", "config": {"emb_szs": [[10**9, 10**9]], "layers": [], "y_range": None}},
    ],
)  # fmt: skip
def test_an_export_that_describes_something_else_is_refused(about, dls, tmp_path):
    with pytest.raises(BadModelFolder):
        load_learner(forged(collab_learner(dls, n_factors=4, path=tmp_path).export(), **about))


@pytest.mark.parametrize("name", ["model.u_weight.weight", "numbers/ids-0"])
def test_an_export_with_arrays_of_other_sizes_is_refused(name, dls, tmp_path):
    learn = collab_learner(dls, n_factors=4, path=tmp_path)
    with pytest.raises(BadModelFolder, match="other parameters"):
        load_learner(forged(learn.export(), {name: lambda array: array[:-1].copy()}))


def test_parameters_saved_are_no_export(learn):
    with pytest.raises(BadModelFolder, match=r"Learner\.load"):
        load_learner(learn.save("stage-1"))


def test_a_module_of_ones_own_cannot_be_exported(dls, tmp_path):
    with pytest.raises(Unsupported, match="code of your own"):
        Learner(dls, nn.Linear(2, 1), path=tmp_path).export()


def test_a_loaded_learner_goes_on_where_it_was_saved(learn):
    def go_on():
        learn.load("stage-1")
        set_seed(7)
        learn.fit(1, 1e-2)
        return learn.recorder.values

    learn.save("stage-1")
    assert go_on()[0][:2] == go_on()[0][:2]


def test_the_other_engines_memory_is_left_in_the_file_and_said(learn, dls, tmp_path):
    learn.save("stage-1")
    learn.loss_func = F.mse_loss
    with pytest.warns(UserWarning, match="training begins without it"):
        learn.load("stage-1")


def test_loading_parameters_alone_keeps_the_optimisers_memory(learn):
    def second_fit(*, load):
        learn.load("stage-1")
        set_seed(7)
        learn.fit(1, 1e-2)
        if load:
            learn.load("other", with_opt=False)
        set_seed(8)
        learn.fit(1, 1e-2)
        return learn.recorder.values[-1][0]

    learn.save("stage-1")
    learn.load("stage-1")
    set_seed(7)
    learn.fit(1, 1e-2)
    learn.save("other", with_opt=False)
    assert second_fit(load=True) == second_fit(load=False)


def test_parameters_of_another_size_are_refused(learn, dls, tmp_path):
    learn.save("stage-1")
    other = collab_learner(dls, n_factors=9, path=tmp_path)
    with pytest.raises(BadModelFolder, match="other parameters"):
        other.load("stage-1")
