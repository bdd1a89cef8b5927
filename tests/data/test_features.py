"""What is known of rows, as columns of numbers."""

import numpy as np

import cofactor as cf
from cofactor.data.features import (
    Features,
    bag,
    encode,
    feature_matrix,
    features_of,
    learn_encodings,
    pack_encodings,
    unpack_encodings,
)


def dense(features: Features, n_rows: int) -> np.ndarray:
    matrix = np.zeros((n_rows, len(features.indptr) - 1))
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(features.indptr))
    matrix[features.rows, column] = features.shares[features.rows] if features.shares.size else features.values
    return matrix


def test_a_cell_may_hold_several_categories_and_one_that_a_single_row_has_is_left_out():
    genres = np.array(["Drama|War", "Comedy", "Comedy|Drama", None, "Noir"], object)
    found = dense(features_of({"genres": genres})["genres"], 5)
    assert found.tolist() == [[0, 1], [1, 0], [1, 1], [0, 0], [0, 0]]  # Comedy, Drama


def test_a_number_lies_between_two_knots_and_a_missing_one_nowhere():
    found = dense(features_of({"age": np.array([10.0, 12.5, 20.0, np.nan, 20.0])})["age"], 5)
    np.testing.assert_allclose(found.sum(axis=1), [1, 1, 1, 0, 1], rtol=1e-6)
    assert (np.count_nonzero(found, axis=1) <= 2).all()


def test_a_number_beyond_the_knots_is_at_the_last_and_one_between_two_is_their_mixture():
    (age,) = learn_encodings({"age": np.array([10.0, 20.0])})
    assert age.knots[0] == 10
    assert age.knots[-1] == 20
    found = dense(age.of(np.array([0.0, 99.0, age.knots[1], (age.knots[1] + age.knots[2]) / 2])), 4)
    assert np.flatnonzero(found[0]).tolist() == [0]
    assert np.flatnonzero(found[1]).tolist() == [len(age.knots) - 1]
    assert np.flatnonzero(found[2]).tolist() == [1]
    np.testing.assert_allclose(found[3, 1:3], 0.5, rtol=1e-6)


def test_twelve_knots_lie_where_the_same_number_of_rows_lie_between():
    (age,) = learn_encodings({"age": np.append(np.arange(12.0) ** 2, np.nan)})
    np.testing.assert_allclose(age.knots, np.arange(12.0) ** 2)


def test_what_was_learned_is_applied_to_others_and_survives_packing():
    learned = learn_encodings({"genres": np.array(["Drama| War", "War|Drama|War"], object), "year": np.array([1, 2])})
    (again, nothing) = unpack_encodings(pack_encodings([learned, []]))
    assert (again, nothing) == (learned, [])
    assert again[0].columns == ["genres: Drama", "genres: War"]
    assert again[1].columns[0] == "year: about 1"
    others = {"genres": np.array(["War|Noir|", None], object), "year": np.array([1.0, np.nan])}
    matrix = feature_matrix(encode(again, others), 2).toarray()
    assert matrix[0, :3].tolist() == [0, 1, 1]
    assert not matrix[1].any()
    assert feature_matrix({}, 3).shape == (3, 0)


def test_a_broken_line_through_the_knots_can_follow_a_bend():
    age = np.linspace(0, 60, 61)
    columns = dense(features_of({"age": age})["age"], 61)
    bend = np.abs(age - 30)
    fitted = columns @ np.linalg.lstsq(columns, bend, rcond=None)[0]
    assert np.abs(fitted - bend).max() < 3


def test_an_attribute_that_is_the_same_everywhere_says_nothing():
    assert features_of({"kind": np.array(["film"] * 3, object), "year": np.array([1999.0] * 3)}) == {}


def test_a_bag_gives_each_of_n_companions_one_over_root_n_believed_more_the_more_there_are():
    ratings = cf.read({"user": [1, 1, 1, 1, 2], "item": [1, 2, 3, 4, 1], "rating": [1, 2, 3, 4, 5]})
    found = dense(bag(ratings.by_item, ratings.user_counts), 2)
    four, one = 4 / (4 + 20) / np.sqrt(4), 1 / (1 + 20)
    np.testing.assert_allclose(found, [[four] * 4, [one, 0, 0, 0]], rtol=1e-6)
