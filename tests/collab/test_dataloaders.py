"""From a frame to batches: whose ids get codes, which rows are held out, what is refused."""

import pytest

from cofactor.collab import *
from cofactor.errors import BadOption, BadTable, Unsupported


def small(**columns):
    return pd.DataFrame({"user": [1, 1, 2, 2], "item": ["a", "b", "a", "b"], "rating": [5, 3, 4, 1]} | columns)


def from_df(frame, **options):
    return CollabDataLoaders.from_df(frame, **({"valid_pct": 0, "bs": 2} | options))


def test_the_split_is_a_seeded_permutation_whose_first_rows_are_held_out(table):
    dls = CollabDataLoaders.from_df(table, valid_pct=0.25, seed=42, bs=16)
    generator = torch.Generator().manual_seed(42)
    order = torch.randperm(len(table), generator=generator).numpy()
    assert dls.valid_ds.items.index.tolist() == order[: len(table) // 4].tolist()
    assert dls.train_ds.items.index.tolist() == order[len(table) // 4 :].tolist()


def test_a_seeded_split_leaves_the_global_generator_alone(table):
    set_seed(1)
    expected = torch.rand(3)
    set_seed(1)
    CollabDataLoaders.from_df(table, seed=42, bs=16)
    test_eq(torch.rand(3), expected)


def test_without_a_seed_set_seed_decides(table):
    def validation():
        set_seed(5)
        return CollabDataLoaders.from_df(table, bs=16).valid_ds.items.index.tolist()

    assert validation() == validation()


def test_columns_are_the_first_three_unless_named(films):
    by_position = from_df(films, bs=64)
    by_title = from_df(films, item_name="title", bs=64)
    assert by_position.cat_names == ["user", "movie"]
    assert by_title.cat_names == ["user", "title"]
    assert by_title.y_names == ["rating"]


def test_code_0_is_kept_for_missing_ids():
    dls = from_df(small(user=[10, None, 20, 20]))
    assert dls.classes["user"] == ["#na#", 10, 20]
    assert sorted(dls.train_ds.codes[:, 0].tolist()) == [0, 1, 2, 2]


def test_ids_are_numbered_from_the_training_rows_alone():
    frame = pd.DataFrame({"user": range(10), "item": [1] * 10, "rating": [3.0] * 10})
    with pytest.warns(UserWarning, match="fewer than bs"):
        dls = CollabDataLoaders.from_df(frame, valid_pct=0.3, seed=0)
    assert len(dls.classes["user"]) == 1 + 7
    assert dls.valid_ds.codes[:, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("dtype", ["object", "string", "str"])
def test_ids_of_text_are_numbered_from_all_rows(dtype):
    """As in the original, where text is a category; the number of classes then does not depend on the split."""
    people = pd.Series([f"u{n}" for n in range(10)], dtype=dtype)
    frame = pd.DataFrame({"user": people, "item": [1] * 10, "rating": [3.0] * 10})
    with pytest.warns(UserWarning, match="fewer than bs"):
        dls = CollabDataLoaders.from_df(frame, valid_pct=0.3, seed=0)
    assert len(dls.classes["user"]) == 1 + 10
    assert dls.valid_ds.codes[:, 0].min() > 0
    assert dls.valid_ds.frame["user"].tolist() == dls.classes["user"][dls.valid_ds.codes[:, 0]]


def test_classes_of_another_column_say_which_there_are_and_how_to_have_titles(dls):
    for kind in (BadOption, KeyError):
        with pytest.raises(kind, match=r"user column 'user' and the item column 'movie'.*item_name='title'"):
            _ = dls.classes["title"]


def test_categories_are_all_kept():
    people = pd.Categorical([1, 1, 2, 2], categories=[3, 2, 1])
    assert from_df(small(user=people)).classes["user"] == ["#na#", 3, 2, 1]


def test_ids_find_their_codes_and_codes_their_ids():
    users = from_df(small()).classes["user"]
    assert users.o2i[1] == 1
    assert users[1] == 1
    assert users[torch.tensor(2)] == 2
    assert users[torch.tensor([2, 1])] == [2, 1]
    assert users.map_ids(users.map_objs([2, "#na#"])) == [2, "#na#"]


def test_a_stranger_has_no_code_and_gets_none():
    users = from_df(small()).classes["user"]
    with pytest.raises(KeyError, match="not in the training data: 99"):
        users.o2i[99]
    assert 99 not in users
    assert len(users.o2i) == len(users) == 3


def test_a_misspelt_title_is_answered_by_the_nearest(films):
    classes = from_df(films, item_name="title", bs=64).classes["title"]
    with pytest.raises(
        KeyError, match=r"not in the training data: 'Inceptoin \(2010\)'\. Did you mean 'Inception \(2010\)'"
    ):
        classes.o2i["Inceptoin (2010)"]
    with pytest.raises(KeyError, match=r"'qqqq'\. Check spelling"):
        classes.o2i["qqqq"]


def test_whole_ratings_become_floats():
    assert from_df(small()).one_batch()[1].dtype == torch.float32


def test_a_pass_sees_every_row_once_and_the_next_in_another_order(dls):
    first, second = ([y for _, y in zip(range(9), dls.train, strict=False)] for _ in range(2))
    assert len(first) == len(dls.train) == len(dls.train_ds) // 16
    assert not torch.equal(torch.cat([y for _, y in first]), torch.cat([y for _, y in second]))


def test_validation_keeps_its_order_and_its_last_short_batch(dls):
    x = torch.cat([x for x, _ in dls.valid])
    test_eq(x, torch.from_numpy(dls.valid_ds.codes))


def test_without_shuffling_the_rows_come_as_they_lie(table):
    dls = CollabDataLoaders.from_df(table, valid_pct=0.25, seed=0, bs=16, shuffle=False)
    test_eq(dls.one_batch()[0], torch.from_numpy(dls.train_ds.codes[:16]))


def test_no_more_rows_are_shown_than_asked(dls, capsys):
    dls.show_batch(max_n=3)
    assert len(capsys.readouterr().out.splitlines()) == 1 + 3


def test_the_frame_is_left_as_it_is(table):
    before = table.copy()
    CollabDataLoaders.from_df(table, bs=16)
    pd.testing.assert_frame_equal(table, before)


def test_repeated_rows_are_kept(table):
    assert len(from_df(pd.concat([table, table], ignore_index=True)).train_ds) == 2 * len(table)


def test_a_batch_larger_than_the_table_is_said_and_holds_it_all():
    with pytest.warns(UserWarning, match="only 4 training ratings, fewer than bs=64"):
        dls = CollabDataLoaders.from_df(small(), valid_pct=0)
    assert len(dls.one_batch()[0]) == 4


def test_a_csv_is_read(tmp_path, table):
    table.to_csv(tmp_path / "ratings.csv", index=False)
    dls = CollabDataLoaders.from_csv(tmp_path / "ratings.csv", bs=16, seed=0)
    assert len(dls.train_ds) == 106


def test_other_rows_become_batches_in_their_order(dls, table):
    rows = dls.test_dl(table.head(5), with_labels=True)
    assert [dls.classes["user"][int(code)] for code in rows.one_batch()[0][:, 0]] == table.user.head(5).tolist()
    test_eq(rows.one_batch()[1][:, 0], tensor(table.rating.head(5)))


def test_ratings_of_other_rows_are_taken_where_they_are_all_there(dls, table):
    assert len(dls.test_dl(table.head(5)).one_batch()) == 2
    assert len(dls.test_dl(table.head(5)[["user", "movie"]]).one_batch()) == 1
    assert len(dls.test_dl(table.head(5).assign(rating=[None, 1, 2, 3, 4])).one_batch()) == 1
    with pytest.raises(BadTable, match=r"\['rating'\] are not there"):
        dls.test_dl(table.head(5)[["user", "movie"]], with_labels=True)


def test_what_loaders_are_asked_they_ask_their_rows(dls):
    assert dls.train.xs.equals(dls.train_ds.items[["user", "movie"]])
    assert dls.xs.equals(dls.train.xs)
    assert dls.valid.items.equals(dls.valid_ds.items)
    assert dls.y.tolist() == dls.ys["rating"].tolist() == dls.train_ds.ratings.tolist()
    assert [dls.cat_names, dls.y_names, dls.cont_names] == [["user", "movie"], ["rating"], []]
    with pytest.raises(AttributeError, match="vocab"):
        _ = dls.vocab


def test_loaders_say_how_many_tensors_go_into_the_model_and_where_they_are(dls):
    assert [dls.n_inp, dls.train.n_inp, len(dls)] == [1, 1, 2]
    assert dls.cuda().device == dls.valid.device == "cuda"
    assert dls.cpu().device == "cpu"


def test_a_loader_of_the_same_rows_may_differ_in_anything_else(dls):
    assert [dls.valid.new(bs=5).bs, dls.valid.bs] == [5, 16]


def test_classes_give_their_ids_as_a_list():
    assert type(from_df(small()).classes["user"].items) is L
    assert from_df(small()).classes["user"].items == ["#na#", 1, 2]


def test_arguments_have_the_other_names_that_notebooks_give_them(table):
    dls = CollabDataLoaders.from_df(table, batch_size=8, num_workers=2, shuffle_train=False)
    assert [dls.bs, dls.num_workers, dls.train.shuffle] == [8, 2, False]


def test_loaders_show_how_much_they_hold(dls):
    assert repr(dls) == (
        "CollabDataLoaders(train=DataLoader(99 rows, bs=16, device='cpu'), "
        "valid=DataLoader(33 rows, bs=16, device='cpu'))"
    )


def test_batches_are_on_the_default_device(dls):
    assert dls.one_batch()[0].device == default_device()


def test_rows_show_themselves_as_codes(dls):
    assert repr(dls.valid_ds).splitlines()[0].split() == ["RatingRows", "user", "movie", "rating"]


def test_other_rows_may_not_bring_strangers(dls):
    with pytest.raises(KeyError, match="99"):
        dls.test_dl(pd.DataFrame({"user": [99], "movie": [3]}))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (small(rating=[5, None, 4, 1]), r"1 of 4 ratings in 'rating' is not finite or no number \(row 1: nan"),
        (small(rating=["5", "good", "4", "1"]), "row 1: 'good'"),
        (small()[["user", "rating"]], "a user, an item and a rating column"),
        (small().head(0), "no rows"),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_refused(frame, message):
    with pytest.raises(BadTable, match=message):
        from_df(frame)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(BadTable, match="item_name='film' is no column of the table. It has user, item, rating"):
        from_df(small(), item_name="film")


def test_everything_cannot_be_held_out():
    with pytest.raises(BadOption, match="valid_pct"):
        from_df(small(), valid_pct=1.0)


def test_what_is_no_pandas_frame_is_refused_with_the_way_to_one():
    polars = pytest.importorskip("polars")
    with pytest.raises(BadTable, match=r"takes a pandas frame, but a polars DataFrame came\. Pass frame\.to_pandas"):
        from_df(polars.from_dict({"user": [1], "item": ["a"], "rating": [5]}))
    with pytest.raises(BadTable, match=r"but a dict came\. Make one by pd\.DataFrame"):
        from_df({"user": [1], "item": ["a"], "rating": [5]})


def in_parts(frame, **options):
    given = dict(procs=[Categorify], cat_names=["user", "item"], y_names=["rating"], y_block=TransformBlock())
    return TabularCollab(frame, **(given | options))


def test_a_loader_can_be_written_as_the_course_writes_its_own(table):
    class MyLoaders(DataLoaders):
        @delegates(DataLoaders.from_dblock)
        @classmethod
        def from_df(cls, ratings, valid_pct=0.2, user_name=None, item_name=None, seed=None, path=".", **kwargs):
            names = [ifnone(user_name, ratings.columns[0]), ifnone(item_name, ratings.columns[1])]
            splits = RandomSplitter(valid_pct=valid_pct, seed=seed)(range_of(ratings))
            rows = TabularCollab(
                ratings, [Categorify], names, y_names=["rating"], y_block=TransformBlock(), splits=splits
            )
            return rows.dataloaders(path=path, **kwargs)

    mine, ours = (one.from_df(table, seed=3, bs=16) for one in (MyLoaders, CollabDataLoaders))
    assert mine.train.items.equals(ours.train.items)
    assert mine.valid.items.equals(ours.valid.items)


def test_rows_to_validate_on_may_be_chosen():
    rows = in_parts(small(), splits=IndexSplitter([2, 1])(range_of(small())))
    assert [list(rows.train.items.index), list(rows.valid.items.index)] == [[0, 3], [2, 1]]


def test_rows_without_a_split_are_all_for_training():
    rows = in_parts(small())
    assert [len(rows), len(rows.train), len(rows.valid)] == [4, 4, 0]
    assert rows.items.equals(rows.train.items)
    assert rows.classes["item"] == ["#na#", "a", "b"]


@pytest.mark.parametrize(
    "options",
    [dict(cat_names=["user"]), dict(cont_names=["age"]), dict(procs=[Categorify, print]), dict(y_block=print)],
)
def test_rows_of_anything_but_ratings_are_refused(options):
    with pytest.raises(Unsupported):
        in_parts(small(), **options)


def test_there_are_no_data_blocks():
    with pytest.raises(Unsupported, match="CollabDataLoaders"):
        DataLoaders.from_dblock(None, None)
