"""Known data sets: their names, the formats of every MovieLens release, and the published counts."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.data.sources import data_set_names, load, published_tests
from cofactor.errors import DataNotAvailable, UnknownDataSet


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """An empty COFACTOR_DATA, and no cache."""
    monkeypatch.setenv("COFACTOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data"


@pytest.fixture
def real_data():
    if not os.environ.get("COFACTOR_DATA"):
        pytest.skip("real data: set COFACTOR_DATA to the folder that holds them")
    return Path(os.environ["COFACTOR_DATA"])


def write(folder: Path, encoding: str = "utf-8", **files: str) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        folder.joinpath(name.replace("_", ".", 1)).write_bytes(text.encode(encoding))


def told(ratings: Ratings) -> list[tuple[int, int, float, int]]:
    """Each row: user, item, rating, time."""
    users, items = ratings.users.gather(ratings.user_idx), ratings.items.gather(ratings.item_idx)
    columns = users, items, ratings.values, ratings.timestamps
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_every_data_set_has_its_name_and_tastes_comes_first():
    names = data_set_names()
    assert names[0] == "tastes"
    assert {"ml-100k", "ml-1m", "ml-latest-small", "ml-10m", "ml-20m", "ml-25m", "ml-32m"} < set(names)


def test_an_unknown_name_is_told_the_near_one():
    with pytest.raises(UnknownDataSet, match="Did you mean 'ml-100k'"):
        load("ml-100")


def test_tastes_is_loaded_by_its_name():
    tastes = load("tastes")
    assert (tastes.synthetic, tastes.scale, tastes.name, tastes.explicit) == (True, (1, 5), "tastes", True)


def test_ml_100k_is_tabs_and_bars_in_latin_1(data_folder):
    write(
        data_folder / "ml-100k", "iso-8859-1",
        u_data="7\t2\t5\t881250949\n3\t1\t1\t881250950\n",
        u_item="1|Amélie (2001)|||url|0|1|1\n2|unknown||||1|0|0\n",
        u_genre="unknown|0\nComedy|1\nRomance|2\n\n",
        u_user="3|24|M|technician|85711\n7|53|F|other|94043\n",
    )  # fmt: skip
    ratings = load("ml-100k")
    assert ratings.users.values.tolist() == [3, 7]
    assert ratings.titles.tolist() == ["Amélie (2001)", "unknown"]
    assert ratings.item_attributes["genres"].tolist() == ["Comedy|Romance", ""]
    np.testing.assert_array_equal(ratings.item_attributes["year"], [2001, np.nan])
    people = {name: column.tolist() for name, column in ratings.user_attributes.items()}
    assert people == {"age": [24, 53], "gender": ["M", "F"], "occupation": ["technician", "other"]}
    assert told(ratings) == [(7, 2, 5, 881250949), (3, 1, 1, 881250950)]  # in the order of the file
    assert (ratings.scale, ratings.name, ratings.explicit) == ((1, 5), "ml-100k", True)


def test_ml_1m_is_double_colons_with_people(data_folder):
    write(
        data_folder / "ml-1m", "iso-8859-1",
        ratings_dat="1::2::5::978300760\n2::2::4::978300761\n",
        movies_dat="2::Léon: The Professional (1994)::Crime|Drama\n3::Never Rated (2000)::Drama\n",
        users_dat="1::F::1::10::48067\n2::M::56::16::70072\n",
    )  # fmt: skip
    ratings = load("ml-1m")
    assert ratings.titles.tolist() == ["Léon: The Professional (1994)"]
    people = {name: column.tolist() for name, column in ratings.user_attributes.items()}
    assert people["age_group"] == ["under 18", "56+"]
    assert people["gender"] == ["F", "M"]
    assert people["occupation"] == ["K-12 student", "self-employed"]
    assert {name: column.tolist() for name, column in ratings.item_attributes.items()} == {
        "year": [1994], "genres": ["Crime|Drama"],
    }  # fmt: skip
    assert told(ratings) == [(1, 2, 5, 978300760), (2, 2, 4, 978300761)]
    assert ratings.scale == (1, 5)


def test_ml_1m_in_two_files_leaves_unknown_times_unknown(data_folder):
    write(data_folder / "ml-1m", movies_dat="2::Fargo (1996)::Crime\n", users_dat="1::F::1::10::48067\n")
    (data_folder / "ml-1m" / "ratings-without-timestamp.dat.gz").write_bytes(
        gzip.compress(b"1::2::5\n1::3::4\n1::4::3\n")
    )
    (data_folder / "ml-1m" / "timestamps-partial.txt.gz").write_bytes(gzip.compress(b"978300760\n\n978300762\n"))
    assert told(load("ml-1m")) == [(1, 2, 5, 978300760), (1, 3, 4, NO_TIME), (1, 4, 3, 978300762)]


def test_times_that_are_not_one_a_rating_are_refused(data_folder):
    write(data_folder / "ml-1m", movies_dat="2::Fargo (1996)::Crime\n", users_dat="1::F::1::10::48067\n")
    (data_folder / "ml-1m" / "ratings-without-timestamp.dat.gz").write_bytes(gzip.compress(b"1::2::5\n1::3::4\n"))
    (data_folder / "ml-1m" / "timestamps-partial.txt.gz").write_bytes(gzip.compress(b"978300760\n"))
    with pytest.raises(DataNotAvailable, match="1 timestamps for 2 ratings"):
        load("ml-1m")


def test_ml_10m_has_half_stars_and_nobody_is_described(data_folder):
    """The first half star stands far down the file, after thousands of whole ones."""
    whole = "".join(f"{user}::1::5::838985046\n" for user in range(1, 3000))
    write(
        data_folder / "ml-10m",
        ratings_dat=whole + "3000::1::3.5::838985047\n",
        movies_dat="1::Amélie (2001)::Comedy\n",
    )
    ratings = load("ml-10m")
    assert ratings.values[-1] == 3.5
    assert ratings.scale == (0.5, 5)
    assert not ratings.user_attributes


@pytest.mark.parametrize("name", ["ml-20m", "ml-25m", "ml-32m", "ml-latest-small"])
def test_later_releases_are_csv(data_folder, name):
    write(
        data_folder / name,
        ratings_csv="userId,movieId,rating,timestamp\r\n1,5,0.5,964982703\r\n9,193609,4.0,964982704\r\n",
        movies_csv='movieId,title,genres\r\n5,"Good, the Bad and the Ugly, The (1966)",Western\r\n'
        "193609,Ponyo (2008),(no genres listed)\r\n",
    )
    ratings = load(name)
    assert told(ratings) == [(1, 5, 0.5, 964982703), (9, 193609, 4, 964982704)]
    assert ratings.scale == (0.5, 5)
    assert ratings.titles.tolist() == ["Good, the Bad and the Ugly, The (1966)", "Ponyo (2008)"]
    assert ratings.item_attributes["genres"].tolist() == ["Western", ""]


def test_a_folder_without_ratings_says_which_file_is_missing(data_folder):
    (data_folder / "ml-100k").mkdir(parents=True)
    with pytest.raises(DataNotAvailable, match=r"u\.data"):
        load("ml-100k")


def test_gowalla_is_clicks_and_its_test_part_is_known(data_folder):
    write(data_folder / "gowalla", train_txt="0 5 6\n1 5\n", test_txt="0 7\n1\n")
    clicks = load("gowalla")
    assert not clicks.explicit
    assert clicks.items.gather(clicks.item_idx).tolist() == [5, 6, 5, 7]
    assert published_tests("gowalla")["test"].tolist() == [False, False, False, True]


def test_gowalla_has_no_home_and_says_where_to_put_it(data_folder):
    with pytest.raises(DataNotAvailable, match="COFACTOR_DATA"):
        load("gowalla")


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "n_users", "n_items", "n_ratings", "mean"),
    [
        ("ml-100k", 943, 1682, 100_000, 3.52986),
        ("ml-1m", 6040, 3706, 1_000_209, 3.581564),
        ("ml-latest-small", 610, 9724, 100_836, 3.501557),
        ("gowalla", 29_858, 40_981, 1_027_370, 1.0),
    ],
)
def test_real_data_have_the_published_counts(real_data, name, n_users, n_items, n_ratings, mean):
    ratings = load(name)
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (n_users, n_items, n_ratings)
    assert ratings.mean == pytest.approx(mean, abs=5e-7)


@pytest.mark.realdata
def test_every_rated_film_of_real_ml_1m_has_its_title_and_the_newest_fifth_its_time(real_data):
    ratings = load("ml-1m")
    assert all(ratings.titles)
    assert (ratings.timestamps > 975_768_738).sum() == 200_041
    assert (ratings.timestamps == NO_TIME).sum() == 196_732


@pytest.mark.realdata
def test_the_published_folds_of_ml_100k_share_nothing_and_hold_everything(real_data):
    tests = published_tests("ml-100k")
    assert sum(tests[f"u{n}"].astype(int) for n in range(1, 6)).tolist() == [1] * 100_000
    assert (tests["ua"].sum(), tests["ub"].sum()) == (9430, 9430)
