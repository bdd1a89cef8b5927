"""The command line, run in this process; what it loads and how it exits, in processes of its own."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest

import cofactor as cf
from cofactor.cli import main

TABLE = """userId,movieId,rating
ann,1,5
ann,2,3
bob,1,4
bob,3,2
cid,2,4
cid,3,1
dora,1,5
dora,3,2
"""


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "ratings.csv"
    file.write_text(TABLE)
    return str(file)


@pytest.fixture
def saved(table, tmp_path):
    folder = str(tmp_path / "mine.cofactor")
    assert main(["fit", table, "--out", folder, "--model", "bias"]) == 0
    return folder


@pytest.fixture
def vectors(table, tmp_path):
    folder = str(tmp_path / "vectors.cofactor")
    assert (
        main(
            [
                "fit",
                table,
                "--model",
                "matrix_factorization",
                "--out",
                folder,
                "--n-factors",
                "2",
                "--y-range",
                "0.5,5.5",
            ]
        )
        == 0
    )
    return folder


def said(capsys) -> str:
    return capsys.readouterr().out


def test_help_names_every_command_and_where_to_start(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    text = said(capsys)
    assert left.value.code == 0
    assert all(word in text for word in ("compare", "data", "demo", "evaluate", "fit", "recommend", "similar"))
    assert "cofactor demo" in text


def test_the_package_run_as_a_module_is_the_command(table):
    runs = [
        subprocess.run([sys.executable, "-m", "cofactor", *words], capture_output=True, text=True)
        for words in (["--help"], ["data", "check", table], ["no-such-command"])
    ]
    assert [one.returncode for one in runs] == [0, 0, 2]
    assert runs[0].stdout.startswith("usage: cofactor ")
    assert "8 rows read, 8 kept" in runs[1].stdout


def test_the_help_of_fit_has_the_models_own_options_and_their_meaning(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["cofactor", "fit", "--model", "popularity", "--help"])
    with pytest.raises(SystemExit):
        main()
    text = " ".join(said(capsys).split())
    assert "--damping VALUE ratings at the overall mean that every item is given beforehand (default: 25.0)" in text


def test_a_list_for_a_user_is_printed_in_their_own_ids(saved, capsys):
    assert main(["recommend", saved, "ann", "-n", "1", "--csv"]) == 0
    rows = list(csv.DictReader(said(capsys).splitlines()[-2:]))
    assert (rows[0]["user"], rows[0]["item"], rows[0]["rank"]) == ("ann", "3", "1")


def test_somebody_new_gets_a_list_as_json(vectors, capsys):
    said(capsys)
    assert main(["recommend", vectors, "--rated", "1=5", "-n", "2", "--json"]) == 0
    rows = json.loads(said(capsys))
    assert {row["item"] for row in rows} == {2, 3}


def test_a_list_that_came_out_short_is_noted_on_stderr(saved, capsys):
    assert main(["recommend", saved, "ann", "-n", "9"]) == 0
    assert "note: Only 1 of 9 items is left for 'ann'" in capsys.readouterr().err


def test_for_whom_must_be_said_once(saved, capsys):
    assert main(["recommend", saved]) == 2
    assert "either user ids, or --users FILE, or --all, or the ratings of somebody new" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "telling"),
    [
        (["recommend", "{saved}", "zoe"], "not among the 4 known ones: 'zoe'"),
        (["recommend", "nowhere", "ann"], "There is no folder 'nowhere'"),
        (["recommend", "{saved}", "--rated", "1=five"], "--rated takes ITEM=RATING"),
        (["similar", "{saved}", "1"], "has no vectors"),
        (["fit", "nowhere.csv", "--out", "x"], "nowhere.csv"),
        (["fit", "{table}", "--out", "x", "--model", "bais"], "Did you mean 'bias'?"),
        (
            ["fit", "{table}", "--out", "x", "--model", "matrix_factorization", "--n-factors", "many"],
            "--n-factors takes a whole number",
        ),
        (
            ["fit", "{table}", "--out", "x", "--model", "matrix_factorization", "--n-factors", "8.5"],
            "n_factors must be a whole number, but 8.5 came",
        ),
        (
            ["fit", "{table}", "--out", "x", "--model", "matrix_factorization", "--n-factors", "0"],
            "n_factors must be at least 1",
        ),
        (["compare", "{table}", "--models", "bias"], "at least 2 models"),
        (["compare", "{table}", "--seeds", "0"], "--seeds must be at least 1"),
        (["data", "fetch", "ml-100m"], "Did you mean 'ml-10"),
        (["data", "describe", "{table}", "--scale", "five"], "--scale takes two numbers"),
        (["data", "check", "{table}", "--scale", "1,4"], "not usable as it is"),
        (["evaluate", "{saved}", "{table}"], "are in train too"),
    ],
)
def test_what_a_caller_can_mend_ends_with_2_and_a_sentence(words, telling, saved, table, capsys, monkeypatch):
    words = [word.format(saved=saved, table=table) for word in words]
    monkeypatch.setattr(sys, "argv", ["cofactor", *words])
    assert main() == 2
    assert telling in capsys.readouterr().err


def test_similar_items_and_users(vectors, capsys):
    said(capsys)
    assert main(["similar", vectors, "1", "-n", "2", "--json"]) == 0
    assert {row["item"] for row in json.loads(said(capsys))} == {2, 3}
    assert main(["similar", vectors, "ann", "--user", "-n", "1", "--json"]) == 0
    assert json.loads(said(capsys))[0]["user"] in ("bob", "cid", "dora")


@pytest.fixture
def films(table, tmp_path):
    """A model whose items have years and genres."""
    (tmp_path / "films.csv").write_text("movieId,year,genres\n1,1990,Comedy\n2,1980,Comedy|Drama\n3,1995,Drama\n")
    folder = str(tmp_path / "films.cofactor")
    options = ["--model", "matrix_factorization", "--n-factors", "2"]
    assert main(["fit", table, "--items", str(tmp_path / "films.csv"), "--out", folder, *options]) == 0
    return folder


def listed(words, capsys):
    """The items that a command prints as JSON."""
    said(capsys)
    assert main([*words, "--json"]) == 0
    return [row["item"] for row in json.loads(said(capsys))]


def test_a_condition_and_a_cap_choose_among_items(films, capsys):
    recommend = ["recommend", films, "ann", "--seen", "-n"]
    assert set(listed([*recommend, "2", "--where", "year >= 1990 or genres has 'Western'"], capsys)) == {1, 3}
    assert 2 not in listed([*recommend, "2", "--max-per", "genres=1", "--without", "2"], capsys)
    assert len(listed([*recommend, "1", "--max-per", "genres=1", "--among", "2", "--among", "99"], capsys)) == 1
    assert main(["recommend", films, "ann", "--max-per", "genres"]) == 2
    assert "--max-per takes NAME=N, such as genres=3, but 'genres' came" in capsys.readouterr().err
    assert main(["recommend", films, "ann", "--where", "genre has 'Drama'"]) == 2
    assert "Did you mean 'genres'?" in capsys.readouterr().err


def test_lists_are_re_ranked_as_the_options_say(films, capsys):
    recommend = ["recommend", films, "ann", "--seen", "-n", "3"]
    assert listed([*recommend, "--popularity-penalty", "1"], capsys) != listed(recommend, capsys)
    every = ["--diversity", "0.3", "--calibrated", "genres", "--calibrated", "year=0.1", "--max-share-of-head", "1"]
    assert set(listed([*recommend, *every], capsys)) == {1, 2, 3}
    assert main([*recommend, "--explore", "--seed", "3", "--was", "--json"]) == 0
    assert {row["was"] for row in json.loads(said(capsys))} == {1, 2, 3}
    first = listed([*recommend[:-1], "1"], capsys)
    assert listed([*recommend[:-1], "1", "--min-exposure", f"{first[0] % 3 + 1}=1"], capsys) == [first[0] % 3 + 1]
    assert main([*recommend, "--calibrated", "genres=much"]) == 2
    assert "--calibrated takes NAME or NAME=W, such as genres=0.9, but 'genres=much' came" in capsys.readouterr().err
    assert main([*recommend, "--max-share-of-head", "3"]) == 2
    assert "max_share_of_head is a number from 0 to 1, but 3.0 came" in capsys.readouterr().err


def test_lists_are_blended_with_the_values_of_a_file_and_whose_they_are_is_said(films, tmp_path, capsys):
    file = tmp_path / "values.csv"
    above = (
        "# name: learning\n# higher is better: yes\n# set by: the editors\n# set on: 2026-03-01\n# people asked: 0\n"
    )
    file.write_text(f"{above}item,value\n1,3\n2,9\n77,1\n")
    recommend = ["recommend", films, "ann", "--seen", "-n", "3", "--item-values", str(file)]
    assert listed([*recommend, "--value-weight", "1"], capsys) == [2, 3, 1]  # 3 has none, and is at the mean
    assert main([*recommend, "--value-weight", "1", "--was", "--json"]) == 0
    out, error = capsys.readouterr()
    assert [row["value"] for row in json.loads(out)] == [9, None, 3]
    assert "note: values of items: learning (higher is better), set by the editors on 2026-03-01, nobody was" in error
    assert "1 of 3 items has no value: neither pushed nor held back. Values of 1 unknown item are not used." in error
    assert main(recommend) == 2
    assert "item_values came without value_weight" in capsys.readouterr().err


def test_lists_of_all_or_of_some_are_written_to_a_file(films, tmp_path, capsys):
    import polars as pl

    lists, users = str(tmp_path / "lists.parquet"), tmp_path / "users.txt"
    users.write_text("bob\nann\n")
    assert main(["recommend", films, "--all", "--seen", "-n", "2", "--out", lists]) == 0
    assert pl.read_parquet(lists)["user"].to_list() == [one for one in ("ann", "bob", "cid", "dora") for _ in range(2)]
    assert main(["recommend", films, "--users", str(users), "-n", "1", "--out", lists]) == 0
    assert pl.read_parquet(lists)["user"].to_list() == ["bob", "ann"]
    assert listed(["recommend", films, "--users", str(users), "-n", "1"], capsys) == [2, 3]


@pytest.mark.parametrize(
    ("words", "telling"),
    [
        (["--all"], "--all needs a file to write to"),
        (["ann", "--all"], "Say for whom"),
        (["--rated", "1=5", "--out", "x.parquet"], "Leave it out for somebody new"),
        (["--all", "--out", "x.txt"], "ends with .parquet, but 'x.txt' came"),
        (["--users", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_lists_that_cannot_be_written_are_refused(films, capsys, words, telling):
    assert main(["recommend", films, *words]) == 2
    assert telling in capsys.readouterr().err


def test_pairs_of_a_table_are_predicted_and_scored(films, tmp_path, capsys):
    pairs, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    pairs.write_text("item,user\n3,ann\n1,bob\n")
    said(capsys)
    assert main(["predict", films, str(pairs), "--json"]) == 0
    rows = json.loads(said(capsys))
    model = cf.open(films)
    assert [(row["user"], row["item"]) for row in rows] == [("ann", 3), ("bob", 1)]
    assert [row["prediction"] for row in rows] == pytest.approx(model.predict(["ann", "bob"], [3, 1]).tolist())
    assert main(["predict", films, str(pairs), "--score", "--out", str(out)]) == 0
    assert "2 pairs written to" in said(capsys)
    assert out.read_text().splitlines()[0] == "user,item,score"
    assert main(["predict", films, str(pairs), "--score", "--clip"]) == 2
    assert "--clip and --interval are of ratings" in capsys.readouterr().err
    assert main(["predict", films, str(pairs), "--out", "x.txt"]) == 2
    assert "--out names a file whose name ends with .parquet or .csv" in capsys.readouterr().err


def test_a_split_is_two_files_that_fit_and_evaluate_read(table, tmp_path, capsys):
    parts, model = tmp_path / "parts", str(tmp_path / "parts.cofactor")
    assert main(["split", table, "--out", str(parts), "--by", "user", "--test", "0.5"]) == 0
    assert "4 ratings for train" in said(capsys)
    assert main(["fit", str(parts / "train.csv"), "--model", "bias", "--out", model]) == 0
    assert main(["evaluate", model, str(parts / "test.csv"), "--metrics", "rmse"]) == 0
    assert main(["split", table, "--out", str(parts), "--test", "2"]) == 2
    assert "test is the share of ratings kept back" in capsys.readouterr().err


def test_vectors_are_exported(films, table, tmp_path, capsys):
    import polars as pl

    file = tmp_path / "items.parquet"
    assert main(["export", films, "--vectors", str(file)]) == 0
    assert pl.read_parquet(file).columns == ["item", "vector", "bias"]
    assert main(["export", films, "--vectors", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err


def test_items_that_nobody_knows_are_noted_on_stderr(films, capsys):
    assert main(["recommend", films, "ann", "--seen", "-n", "1", "--among", "1", "--among", "99"]) == 0
    assert "note: 1 of the 2 items in candidates is not among the 3 known ones" in capsys.readouterr().err


def test_similar_to_several_and_among_those_that_match(films, capsys):
    assert listed(["similar", films, "1", "--where", "year < 1990"], capsys) == [2]
    assert listed(["similar", films, "1", "3", "-n", "1", "--min-ratings", "3"], capsys) == [3, 1]
    assert main(["similar", films, "ann", "--user", "--where", "year >= 1985"]) == 2
    assert "--where is a condition on items" in capsys.readouterr().err


def test_data_describes_and_checks_a_table(table, capsys):
    assert main(["data", "describe", table]) == 0
    assert "8 ratings by 4 users of 3 items" in said(capsys)
    assert main(["data", "check", table]) == 0
    assert "sound" in said(capsys)


@pytest.mark.parametrize(("kind", "items"), [("text", ["1", "2"]), ("user=text", [1, 2])])
def test_ids_are_read_as_text_where_that_is_asked_for(kind, items, tmp_path):
    (tmp_path / "ratings.csv").write_text("user,item,rating\n12,1,5\n9,2,3\n")
    folder = str(tmp_path / "mine.cofactor")
    words = ["fit", str(tmp_path / "ratings.csv"), "--out", folder, "--model", "popularity", "--ids", kind]
    assert main(words) == 0
    ratings = cf.open(folder).ratings
    assert (ratings.users.values.tolist(), ratings.items.values.tolist()) == (["12", "9"], items)


def test_tune_searches_a_models_options_and_saves_the_best(table, tmp_path, capsys):
    folder = str(tmp_path / "tuned.cofactor")
    assert main(["tune", table, "--model", "bias", "--n-trials", "2", "--budget", "1min", "--out", folder]) == 0
    out = said(capsys)
    assert "2 trials of Bias" in out
    assert f"saved as {folder}" in out
    assert type(cf.open(folder)) is cf.Bias


def test_fit_picks_a_model_itself_and_says_why(table, tmp_path, capsys):
    folder = str(tmp_path / "picked.cofactor")
    assert main(["fit", table, "--out", folder]) == 0
    out = said(capsys)
    assert "The most popular, and biases" in out
    assert type(cf.open(folder)) is cf.RankerAndRater
    assert main(["recommend", folder, "ann", "-n", "1", "--json"]) == 0
    assert {"item", "score", "rating"} <= json.loads(said(capsys))[0].keys()


def test_an_option_that_is_not_there_is_answered_by_the_nearest_or_by_naming_a_model(table, tmp_path, capsys):
    for words, answer in (
        (["--modle", "bias"], "there is no option --modle. Did you mean --model?"),
        (["--n-factors", "8"], "as in --model implicit_mf --n-factors"),
        (["--model", "explicit_als", "--nfactors", "8"], "Did you mean --n-factors?"),
        (["--model", "bias", "--zzz"], "there is no option --zzz. --help lists them."),
        (["more.csv"], "nothing is done with 'more.csv'"),
    ):
        with pytest.raises(SystemExit):
            main(["fit", table, "--out", str(tmp_path / "x"), *words])
        assert answer in capsys.readouterr().err


def test_a_command_that_is_not_there_is_answered_by_the_nearest(capsys):
    for word, answer in (("recomend", "Did you mean recommend?"), ("zzz", "Choose one of: audit, compare, data, ")):
        with pytest.raises(SystemExit):
            main([word, "x.cofactor"])
        assert f"there is no command {word}. {answer}" in capsys.readouterr().err


def test_models_are_compared_on_a_known_data_set(capsys):
    words = ["compare", "tastes", "--models", "popularity,bias", "--metrics", "rmse,ndcg@10", "--json"]
    assert main(words) == 0
    rows = {(row["metric"], row["model"]): row for row in json.loads(said(capsys))}
    assert rows["rmse", "bias"]["verdict"] == "winner"


def test_several_seeds_and_a_picture_of_the_losses(capsys, tmp_path):
    pytest.importorskip("matplotlib").use("agg")
    picture = tmp_path / "losses.png"
    models = ["--models", "matrix_factorization,popularity", "--metrics", "rmse"]
    assert main(["compare", "tastes", *models, "--seeds", "2", "--losses", str(picture)]) == 0
    assert "fitted with 2 seeds" in said(capsys)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_ctrl_c_ends_calmly(saved, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("cofactor.opening.open_model", stop)
    assert main(["recommend", saved, "ann"]) == 130
    assert "stopped" in capsys.readouterr().err


def process(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, check=False)


RUN = """
import sys
from cofactor.cli import main
try:
    code = main()
except SystemExit as left:
    code = left.code
heavy = {"torch", "numba", "polars", "scipy", "pandas", "matplotlib"} & set(sys.modules)
print("loaded:", *sorted(heavy), file=sys.stderr)
sys.exit(code)
"""


def test_help_loads_nothing_heavy():
    done = process("--help")
    assert (done.returncode, done.stderr.strip()) == (0, "loaded:")


def test_recommending_from_a_saved_model_loads_nothing_heavy(vectors):
    done = process("recommend", vectors, "ann", "-n", "1")
    assert (done.returncode, done.stderr.strip()) == (0, "loaded:")


def test_an_error_shows_no_traceback():
    done = process("recommend", "nowhere", "1")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_reader_who_leaves_early_is_no_error(saved):
    command = f"{sys.executable} -c 'from cofactor.cli import main; raise SystemExit(main())' data list | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_demo_runs_to_its_end_and_says_what_is_synthetic(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("cofactor.choosing.auto.DEFAULT_SECONDS", 2.0)
    assert main(["demo", "--out", str(tmp_path / "tastes.cofactor")]) == 0
    text = said(capsys)
    assert "synthetic" in text
    assert "Lists are made by" in text
    first_try, popularity = map(float, re.findall(r"^ndcg@10 +([\d.]+)\*? +([\d.]+)", text, re.MULTILINE)[0])
    assert first_try > 2 * popularity
    assert isinstance(cf.open(tmp_path / "tastes.cofactor"), cf.RankerAndRater)


def test_onboard_asks_and_then_recommends(vectors, capsys, monkeypatch):
    """An answer off the scale is asked for again, Enter is "I don't know it", and q ends it."""
    said_by_them = iter(["5", "11", "", "q"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(said_by_them))
    assert main(["onboard", vectors, "-n", "2", "--csv"]) == 0
    complaint, header, *rows = said(capsys).strip().splitlines()
    assert "scale 1 to 5" in complaint
    assert header == "user,item,rank,score"
    assert len(rows) == 2


@pytest.fixture
def described(table, tmp_path):
    """A model that learned from what users are like."""
    (tmp_path / "users.csv").write_text("userId,age,job\nann,20,artist\nbob,30,artist\ncid,40,smith\ndora,50,smith\n")
    folder, users = str(tmp_path / "described.cofactor"), str(tmp_path / "users.csv")
    options = ["--model", "explicit_als", "--n-factors", "2", "--attributes", "true"]
    assert main(["fit", table, "--users", users, "--out", folder, *options]) == 0
    return folder


def test_somebody_new_may_be_described(described, capsys, monkeypatch):
    about = ["--about", "age=33", "--about", "job=smith"]
    said(capsys)
    assert main(["recommend", described, *about, "-n", "2", "--json"]) == 0
    assert len(json.loads(said(capsys))) == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("4\n\n"))
    assert main(["onboard", described, *about, "--questions", "9", "-n", "2"]) == 0
    assert "newcomer" in said(capsys)


@pytest.mark.parametrize(
    ("word", "telling"),
    [
        ("age", "--about takes NAME=VALUE"),
        ("age=young", "--about age=… takes a number, as users have, but 'young' came"),
        ("shoes=44", "Users have no attribute 'shoes'. They have: age, job"),
    ],
)
@pytest.mark.parametrize("command", ["recommend", "onboard"])
def test_a_description_that_cannot_be_read_is_refused_by_name(described, capsys, command, word, telling):
    assert main([command, described, "--about", word]) == 2
    assert telling in capsys.readouterr().err


def test_onboard_takes_its_answers_from_a_pipe_as_well(vectors, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("4\n\n"))
    assert main(["onboard", vectors, "--questions", "9", "-n", "2"]) == 0
    assert "newcomer" in said(capsys)


def test_update_takes_in_a_day_s_ratings_of_one_new_user(vectors, tmp_path, capsys):
    today = tmp_path / "today.csv"
    today.write_text("userId,movieId,rating\nzoe,1,5\nzoe,2,1\n")
    assert main(["update", vectors, str(today), "--out", str(tmp_path / "new.cofactor")]) == 0
    assert "2 ratings taken in: 1 new user, 0 new items" in said(capsys)
    assert main(["recommend", str(tmp_path / "new.cofactor"), "zoe", "-n", "1", "--csv"]) == 0
    assert said(capsys).splitlines()[1].startswith("zoe,3,")
    assert main(["recommend", vectors, "zoe"]) == 2


def test_later_tables_are_read_with_the_models_kind_of_ids(tmp_path, capsys):
    """'007' made the ids text; a day on which only 12 and 9 rated looks like whole numbers."""
    first, day, folder = tmp_path / "ratings.csv", tmp_path / "day.csv", tmp_path / "mine.cofactor"
    first.write_text("user,item,rating\n007,1,5\n007,2,3\n12,1,4\n12,3,2\n9,2,1\n9,3,5\n")
    day.write_text("user,item,rating\n12,2,4\n9,1,1\n")
    assert main(["fit", str(first), "--out", str(folder), "--model", "bias"]) == 0
    assert main(["evaluate", str(folder), str(day), "--metrics", "rmse"]) == 0
    assert main(["update", str(folder), str(day)]) == 0
    assert "0 new users, 0 new items" in said(capsys)


def test_later_tables_are_of_the_models_kind(tmp_path, capsys):
    (tmp_path / "plays.csv").write_text("user,item,plays\nann,1,3\nann,2,1\nbob,1,200\nbob,3,1\n")
    (tmp_path / "today.csv").write_text("user,item,n\nann,1,2\ncid,3,1\n")
    folder = str(tmp_path / "plays.cofactor")
    assert main(["fit", str(tmp_path / "plays.csv"), "--model", "popularity", "--out", folder]) == 0
    assert main(["update", folder, str(tmp_path / "today.csv"), "--rating", "n"]) == 0
    table = cf.open(folder).ratings
    assert (table.kind, sorted(table.values.tolist())) == ("counts", [1, 1, 1, 5, 200])
    assert main(["data", "check", str(tmp_path / "plays.csv"), "--kind", "ratings"]) == 0
    assert "kind: ratings" in said(capsys)


def test_dates_with_the_day_first_are_read_where_their_form_is_said(tmp_path, capsys):
    (tmp_path / "plays.csv").write_text("user,item,when\nann,1,31/05/2024\nbob,2,01/06/2024\n")
    words = ["data", "describe", str(tmp_path / "plays.csv")]
    assert main(words) == 2
    assert "--date-format %d/%m/%Y" in capsys.readouterr().err
    assert main([*words, "--date-format", "%d/%m/%Y"]) == 0
    assert "2024-05-31 to 2024-06-01" in said(capsys)


# --- where results go --------------------------------------------------------------------------------------------


@pytest.fixture
def untrained(monkeypatch):
    """Training is an error: what is wrong must be said before it begins."""

    def trained(*_, **__):
        raise AssertionError("the model was trained first")

    for model in (cf.Bias, cf.Popularity, cf.EASE):
        monkeypatch.setattr(model, "_fit", trained)


def test_a_place_that_cannot_be_written_to_is_told_before_training(table, tmp_path, capsys, untrained):
    file, link, other = tmp_path / "file", tmp_path / "link", tmp_path / "other"
    file.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    other.mkdir()
    fit = ["fit", table, "--model", "bias", "--out"]
    for out, why in ((file, "is not a saved model"), (file / "in", "is not a folder"), (link, "does not exist"),
                     (other, "is not a saved model"), ("/proc/mine", "nothing can be written into /proc")):  # fmt: skip
        assert main([*fit, str(out)]) == 2
        assert why in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert main(["tune", table, "--model", "bias", "--out", str(file)]) == 2
    assert main(["tune", table, "--model", "bias", "--journal", str(other)]) == 2
    assert "--journal" in capsys.readouterr().err
    models = ["compare", table, "--models", "bias,popularity", "--losses"]
    assert main([*models, str(tmp_path / "losses.xyz")]) == 2
    assert main([*models, str(file / "losses.png")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_full_disk_is_told_before_training(table, tmp_path, capsys, untrained, monkeypatch):
    import shutil

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    assert main(["fit", table, "--model", "bias", "--out", str(tmp_path / "m")]) == 2
    assert "is full" in capsys.readouterr().err


def test_a_checkpoint_that_would_not_be_kept_is_refused(table, tmp_path, capsys, untrained):
    asked = ["--out", str(tmp_path / "m"), "--checkpoint", str(tmp_path / "c")]
    for name in ("ease", "auto"):
        assert main(["fit", table, "--model", name, *asked]) == 2
        told = capsys.readouterr().err
        assert "kept by bayesian_mf, bpr, explicit_als, implicit_mf, matrix_factorization, neural_cf, but" in told
        assert f"not by {name}" in told


@pytest.mark.parametrize(
    ("error", "said_is"),
    [
        (PermissionError(13, "Permission denied", "secret.csv"), "secret.csv: Permission denied"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (MemoryError("Unable to allocate 9 TiB"), "The memory does not suffice. Unable to allocate 9 TiB"),
    ],
)
def test_errors_of_the_system_are_a_line_and_no_traceback(error, said_is, table, tmp_path, capsys, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(cf.Bias, "_fit", fail)
    assert main(["fit", table, "--model", "bias", "--out", str(tmp_path / "m")]) == 2
    assert said_is in capsys.readouterr().err


def test_what_the_library_says_of_its_arguments_is_said_in_options(saved, tmp_path, capsys):
    assert main(["recommend", saved, "nobody"]) == 2
    assert "pass --unknown fallback." in capsys.readouterr().err
    latin = tmp_path / "latin.csv"
    latin.write_bytes("user,item,rating\nZo\xeb,x,5\nann,y,3\n".encode("latin-1"))
    assert main(["data", "check", str(latin)]) == 2
    told = said(capsys)
    assert "--encoding latin-1" in told
    assert "encoding=" not in told


def test_explain_prints_the_parts_and_their_sum(saved, capsys):
    assert main(["explain", saved, "ann", "3"]) == 0
    lines = said(capsys).splitlines()
    assert lines[0].startswith("'ann' and 3: ")
    assert [line.split()[1] for line in lines[1:-1]] == ["base", "user", "item"]
    assert lines[-1].split() == [lines[0].split()[-1], "in", "all"]


def test_explain_writes_each_part_with_both_its_numbers(vectors, tmp_path, capsys):
    file = tmp_path / "reasons.csv"
    assert main(["explain", vectors, "ann", "3", "--out", str(file)]) == 0
    assert "parts written to" in said(capsys)
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    model = cf.open(vectors)
    assert sum(float(row["part"]) for row in rows) == pytest.approx(model.explain("ann", 3).total, abs=1e-6)
    assert sum(float(row["score_part"]) for row in rows) == pytest.approx(model.predict("ann", 3), abs=1e-5)


def test_explain_says_what_put_an_item_into_the_list(table, tmp_path, capsys):
    folder = str(tmp_path / "ease.cofactor")
    assert main(["fit", table, "--model", "ease", "--reg", "1", "--out", folder]) == 0
    capsys.readouterr()
    assert main(["explain", folder, "ann", "3", "--counterfactual", "--n", "1"]) == 0
    assert "(fold-in)" not in (text := said(capsys))
    assert text.startswith("Found by greedy search: no ratings without which 3 would leave the first 1 of 'ann'")
    assert main(["explain", folder, "ann", "3", "--counterfactual", "--json"]) == 0
    assert json.loads(said(capsys)) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["zoe", "1"], "not among the 4 known ones: 'zoe'"),
        (["ann", "99"], "'99'"),
        (["ann", "3", "-n", "5"], "-n is the length of the list that --counterfactual is about"),
        (["ann", "1", "--counterfactual"], "has rated"),
        (["ann", "3", "--out", "reasons.pdf"], "--out names"),
    ],
)
def test_explain_says_what_is_wrong_with_a_question(saved, words, told, capsys):
    assert main(["explain", saved, *words]) == 2
    assert told in capsys.readouterr().err
