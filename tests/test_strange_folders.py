"""Opening a stranger's folder is safe: what cannot be a model is refused, and nothing else reaches a kernel."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import cofactor as cf
import forged_folders
from asking import table
from cofactor.errors import BadModelFolder

N_FORGED = 150


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """One model of each kind of array that a kernel reads."""
    folder = tmp_path_factory.mktemp("saved")
    for model in (cf.ItemKNN(), cf.ImplicitMF(n_factors=4, n_epochs=2, attributes=True), cf.NeuralCF(n_epochs=1),
                  cf.BayesianMF(n_factors=2, n_burn_in=1, n_draws=2)):  # fmt: skip
        model.fit(table(), progress=False).save(folder / type(model).__name__)
    return folder


def forged(saved: Path, tmp_path: Path, model: str, file: str = "", arrays=None, about=None) -> Path:
    """A copy of this model with arrays and words changed, and every hash made anew."""
    folder = tmp_path / model
    shutil.copytree(saved / model, folder)
    said = json.loads((folder / "model.json").read_text())
    if arrays:
        found = load_file(folder / file)
        arrays(found)
        save_file({name: np.asarray(array, order="C") for name, array in found.items()}, folder / file)
    if about:
        about(said)
    forged_folders.sign(folder, said)
    return folder


def put(name, change):
    def changed(arrays):
        arrays[name] = np.asarray(change(arrays[name].copy()))

    return changed


def set_to(at, value):
    def changed(array):
        array.reshape(-1)[at] = value
        return array

    return changed


def nearly_singular(d):
    """Its least eigenvalue is above 0, but nothing beside the others."""
    return np.diag([1e-16, *[1.0] * (d - 1)])


def first_encoding(**change):
    """That of the users' first attribute says something else of itself."""

    def changed(packed):
        sides = json.loads(packed.tobytes())
        sides[0][0] |= change
        return np.frombuffer(json.dumps(sides).encode(), np.uint8)

    return put("encodings_", changed)


def test_hashes_made_anew_do_open(saved, tmp_path):
    assert isinstance(cf.open(forged(saved, tmp_path, "ItemKNN")), cf.ItemKNN)


@pytest.mark.parametrize(
    ("change", "telling"),
    [
        (put("indices", set_to(0, 2**31 - 1)), "its indices"),
        (put("indices", set_to(0, -1)), "its indices"),
        (put("indices", lambda a: a[::-1]), "its indices"),
        (put("indices", lambda a: a.astype(np.int64)), "its indices"),
        (put("indptr", set_to(3, 2**40)), "its indptr"),
        (put("indptr", set_to(-1, 10**6)), "its indptr"),
        (put("indptr", lambda a: a[:-1]), "its indptr"),
        (put("user_idx", set_to(5, 99)), "user_idx and item_idx"),
        (put("item_idx", set_to(5, -2)), "user_idx and item_idx"),
        (put("codes", set_to(0, 255)), "its codes"),
        (put("levels", set_to(0, np.nan)), "its levels"),
        (put("table-codes", lambda a: a[:-1]), "its table-codes"),
        (put("timestamps", lambda a: a[1:]), "its timestamps"),
        (put("json-ends/users", set_to(0, 10**9)), "its json-ends/users"),
        (put("json-ends/users", lambda a: a[::-1]), "its json-ends/users"),
        (put("numbers/items", set_to(1, 100)), "its items"),  # the first one's id
        (put("json/titles", set_to(0, 0)), "column 'titles' cannot be read"),
        (put("numbers/user:age", lambda a: a[:-1]), "its user:age"),
        (lambda arrays: arrays.pop("indices"), "indices is missing"),
        (lambda arrays: arrays.update(stray=np.zeros(2)), "'stray', which belongs to no table"),
    ],
)
def test_ratings_that_are_no_table_are_refused(change, telling, saved, tmp_path):
    with pytest.raises(BadModelFolder, match=telling):
        cf.open(forged(saved, tmp_path, "ItemKNN", "ratings.safetensors", change))


@pytest.mark.parametrize(
    ("model", "change", "telling"),
    [
        ("ItemKNN", put("items_", set_to(0, 2**31 - 1)), "items_ has numbers outside"),
        ("ItemKNN", put("items_", lambda a: a.astype(np.int64)), "items_ is of type int64, not int32"),
        ("ItemKNN", put("indptr_", set_to(1, -5)), "indptr_ does not rise"),
        ("ItemKNN", put("indptr_", lambda a: a[:-1]), r"indptr_ has the shape \(12,\), not \(n_items \+ 1 = 13\)"),
        ("ItemKNN", put("weights_", lambda a: a[:-1]), r"weights_ has the shape"),
        ("ItemKNN", put("weights_", set_to(0, np.inf)), "weights_ holds numbers that are not finite"),
        ("ImplicitMF", put("item_factors_", lambda a: a[:, :-1]), "item_factors_ has the shape"),
        (
            "ImplicitMF",
            put("user_factors_", lambda a: np.zeros((0, 10**12), np.float32)),
            "user_factors_ has the shape",
        ),
        ("ImplicitMF", put("user_attribute_strength_", lambda a: np.float64("nan")), "user_attribute_strength_ is nan"),
        ("ImplicitMF", put("encodings_", set_to(0, 0)), "encodings_ cannot be read"),
        ("ImplicitMF", put("encodings_", lambda a: a.view(np.int8)), "encodings_ is of type int8, not uint8"),
        ("ImplicitMF", put("encodings_", lambda a: a[None]), r"encodings_ has the shape \(1, \d+\), not"),
        ("ImplicitMF", first_encoding(name="price"), "'price', .* is no encoding of an attribute that there is"),
        ("ImplicitMF", first_encoding(unit="km"), "is no encoding of an attribute that there is"),
        ("ImplicitMF", put("encodings_", lambda a: np.frombuffer(b"[[],[]]", np.uint8)), "coefficients_ has the shape"),
        ("BayesianMF", put("day_mean_", lambda a: np.zeros((1, 0, 0), np.float32)), "day_mean_ is not empty"),
        ("NeuralCF", put("shapes_", set_to(1, 10**9)), "are not those of NeuralCF"),
        ("NeuralCF", put("user_precision_", lambda a: -a), "user_precision_ is not positive definite"),
        ("NeuralCF", put("user_precision_", set_to(0, 1e-38)), "user_precision_ is not positive definite"),
        ("NeuralCF", put("user_precision_", lambda a: nearly_singular(len(a))), "is not positive definite"),
        ("NeuralCF", lambda arrays: arrays.pop("weights_"), "is what such a model learns"),
    ],
)
def test_arrays_that_such_a_model_does_not_learn_are_refused(model, change, telling, saved, tmp_path):
    with pytest.raises(BadModelFolder, match=telling):
        cf.open(forged(saved, tmp_path, model, "learned.safetensors", change))


def option(name, value):
    return lambda about: about["options"].update({name: value})


def said(name, value):
    return lambda about: about.update({name: value})


def of_data(name, value):
    return lambda about: about["data"].update({name: value})


@pytest.mark.parametrize(
    ("change", "telling"),
    [
        (option("n_factors", 10**9), "item_factors_ has the shape|user_factors_ has the shape"),
        (option("n_factors", "4"), "n_factors must be a whole number"),
        (option("n_factors", [[[4]]]), "n_factors must be a whole number"),
        (option("seed", -1), "0 or more"),
        (option("n_factors", forged_folders.NESTED), "n_factors must be a whole number"),
        (said("options", []), "does not say the model's options"),
        (said("notes", [1]), "does not say the model's notes"),
        (said("held_out", None), "does not say the model's held_out"),
        (said("held_out", 1.5), "the share that was held out is 1.5"),
        (said("model", "../../etc"), "a model this version does not have"),
        (said("model", None), "does not say the model's model"),
        (said("format", True), "says no format"),
        (said("format", 1), "format 1, .*Fit the model anew"),
        (said("format", 2), "format 2, .*Fit the model anew"),
        (said("format", 3), "format 3, .*Fit the model anew"),
        (said("format", 4), "format 4, .*Fit the model anew"),
        (said("format", 6), "format 6; .*Upgrade"),
        (of_data("columns", None), "no names"),
        (of_data("columns", ["user_idx", 7]), "no names"),
        (of_data("columns", ["users"]), r"its columns are \['users'\]"),
        (of_data("scale", [5, 1]), "its scale"),
        (of_data("scale", ["a", "b"]), "its scale"),
        (of_data("kind", 1), "its kind"),
        (of_data("kind", "stars"), "its kind"),
        (of_data("name", None), "its name"),
    ],
)
def test_words_that_describe_no_model_are_refused(change, telling, saved, tmp_path):
    with pytest.raises(BadModelFolder, match=telling):
        cf.open(forged(saved, tmp_path, "ImplicitMF", about=change))


LARGE = b'{"format": 2' + b"0" * 5000 + b"}", b"[" * 100_000, b" " * 17_000_000


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b"\xff\xfe", *LARGE])
@pytest.mark.parametrize("verify", [True, False])
def test_a_model_json_of_anything_is_refused(content, verify, saved, tmp_path):
    folder = forged(saved, tmp_path, "ItemKNN")
    (folder / "model.json").write_bytes(content)
    with pytest.raises(BadModelFolder, match=r"model\.json is damaged"):
        cf.open(folder, verify=verify)


def test_every_changed_letter_of_model_json_is_found(saved, tmp_path):
    """Its own hash is of what it says: to be laid out in another way is no damage."""
    folder = forged(saved, tmp_path, "ItemKNN")
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(json.dumps(json.loads(text), indent=7))
    cf.open(folder)
    for old, new in (("small", "smell"), ("70", "71"), ("200", "201"), ("it counts", "it guesses"), ("0", "1")):
        assert old in text
        (folder / "model.json").write_text(text.replace(old, new, 1))
        with pytest.raises(BadModelFolder, match="damaged|not what was saved"):
            cf.open(folder)


@pytest.mark.parametrize("name", ["learned.safetensors", "ratings.safetensors", "card.md"])
def test_a_missing_file_is_named_whether_or_not_hashes_are_asked_for(name, saved, tmp_path):
    folder = forged(saved, tmp_path, "ItemKNN")
    (folder / name).unlink()
    for verify in (True, False):
        with pytest.raises(BadModelFolder, match=f"{name} is missing"):
            cf.open(folder, verify=verify)


HEADERS = [
    {"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}},
    {"x": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}},
    {"x": {"dtype": "F32", "shape": [2**62], "data_offsets": [0, 4]}},
    {"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}},
    {"x": {"dtype": "F32", "shape": [], "data_offsets": [0, 2**60]}},
    {"x": {"dtype": "C64", "shape": [0, 2**62], "data_offsets": [0, 0]}},
    {"x": 1},
]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("file", ["learned.safetensors", "ratings.safetensors"])
def test_a_header_of_anything_is_refused(header, file, saved, tmp_path):
    folder = forged(saved, tmp_path, "ItemKNN")
    text = json.dumps(header).encode()
    (folder / file).write_bytes(len(text).to_bytes(8, "little") + text + bytes(4))
    forged_folders.sign(folder, json.loads((folder / "model.json").read_text()))
    with pytest.raises(BadModelFolder, match="Save the model anew|is what such a model learns"):
        cf.open(folder)


@pytest.mark.parametrize("length", [0, 7, 2**63, 2**64 - 1])
def test_a_header_of_any_length_is_refused(length, saved, tmp_path):
    folder = forged(saved, tmp_path, "ItemKNN")
    (folder / "learned.safetensors").write_bytes(length.to_bytes(8, "little") + b"{}")
    for verify in (True, False):
        with pytest.raises(BadModelFolder):
            cf.open(folder, verify=verify)


def test_forged_folders_are_refused_or_answer(tmp_path):
    """A few at random, of every model; many more in `fuzz/fuzz_model_folders.py`."""
    assert list(forged_folders.failures_of(N_FORGED, 0, tmp_path)) == []
