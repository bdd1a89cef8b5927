"""What a learner does besides the lecture's one path."""

import pytest

from cofactor.collab import *
from cofactor.errors import BadOption, BadTable, Diverged, Unsupported


def flat_l2(scores, ratings):
    """Squared error that is not `MSELossFlat`, so the readable engine trains."""
    return (scores - ratings).square().mean()


def losses(learn):
    return [row[1] for row in learn.recorder.values]


def trained(dls, *, loss_func=None, seed=0):
    set_seed(seed)
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), loss_func=loss_func)
    learn.fit_one_cycle(3, 5e-2, wd=0.1)
    learn.fit(2, 1e-2)
    return learn


def test_the_pattern_is_learned(learn):
    learn.fit_one_cycle(40, 5e-2, wd=0.01)
    assert learn.validate()[0] < 0.5


def test_both_engines_train_the_same_model(dls):
    fast, plain = trained(dls), trained(dls, loss_func=flat_l2)
    np.testing.assert_allclose(losses(fast), losses(plain), rtol=1e-4)
    torch.testing.assert_close(fast.model.i_weight.weight, plain.model.i_weight.weight, atol=2e-5, rtol=1e-3)


def test_the_same_seed_trains_the_same_model(dls):
    assert losses(trained(dls)) == losses(trained(dls))
    assert losses(trained(dls)) != losses(trained(dls, seed=1))


def test_the_table_ends_with_what_validate_says(learn):
    learn.fit_one_cycle(2, 5e-2)
    assert learn.validate()[0] == pytest.approx(losses(learn)[-1], rel=1e-5)


def test_the_optimisers_memory_goes_on_unless_it_is_reset(dls):
    def second_fit(**options):
        set_seed(0)
        learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5))
        learn.fit(2, 1e-2)
        learn.fit(2, 1e-2, **options)
        return losses(learn)

    assert second_fit() != second_fit(reset_opt=True)


def test_changes_to_the_parameters_between_fits_count(learn):
    learn.fit(1, 1e-2)
    with torch.no_grad():
        learn.model.i_bias.weight.fill_(3.0)
    learn.fit(1, 1e-9, wd=0.0)
    assert float(learn.model.i_bias.weight.detach().min()) == pytest.approx(3.0, abs=1e-3)


def test_metrics_are_columns(dls):
    set_seed(0)
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), metrics=[rmse, mae, R2Score()])
    learn.fit_one_cycle(2, 5e-2)
    assert learn.recorder.metric_names == ["epoch", "train_loss", "valid_loss", "_rmse", "mae", "r2_score", "time"]
    _, valid, its_root, *_ = learn.recorder.values[-1]
    assert its_root == pytest.approx(valid**0.5)
    assert learn.validate()[1] == pytest.approx(its_root, rel=1e-5)


def test_a_loss_of_ones_own_is_minimised(dls):
    set_seed(0)
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), loss_func=nn.L1Loss(), metrics=mae)
    learn.fit_one_cycle(3, 5e-2)
    assert learn.recorder.values[-1][1] == pytest.approx(learn.recorder.values[-1][2], rel=1e-5)


def test_without_validation_there_is_no_validation_loss(table):
    learn = collab_learner(CollabDataLoaders.from_df(table, valid_pct=0, bs=16), metrics=rmse)
    learn.fit(1)
    assert learn.recorder.values[0][1] is None


def test_the_rate_finder_leaves_everything_as_it_was(dls):
    for loss_func in (None, flat_l2):
        learn = trained(dls, loss_func=loss_func)
        before, memory = learn.model.i_weight.weight.clone(), learn._engine[1].state()
        learn.lr_find(show_plot=False)
        test_eq(learn.model.i_weight.weight, before)
        assert all(np.array_equal(array, memory[name]) for name, array in learn._engine[1].state().items())


@pytest.mark.parametrize("fit", ["fit", "fit_one_cycle", "fit_flat_cos", "fine_tune"])
def test_every_way_to_fit_lowers_the_loss(learn, fit):
    before = learn.validate(ds_idx=0)[0]
    getattr(learn, fit)(10, 2e-2)
    assert learn.validate(ds_idx=0)[0] < before - 0.1


def test_the_cycle_rises_and_falls_as_asked(learn):
    learn.fit_one_cycle(2, 1e-2, div=10, pct_start=0.5, moms=(0.9, 0.8, 0.9))
    rates, momenta = learn.recorder.lrs, learn.recorder.moms
    assert rates[0] == pytest.approx(1e-3)
    assert rates[len(rates) // 2] == pytest.approx(1e-2)
    assert (momenta[0], min(momenta)) == pytest.approx((0.9, 0.8))
    learn.recorder.plot_sched()
    assert [axes.get_ylabel() for axes in plt.gcf().axes] == ["learning rate", "momentum"]


def test_a_run_can_be_entered_at_a_later_epoch(learn):
    learn.fit_one_cycle(4, 1e-2, start_epoch=3)
    assert len(learn.recorder.values) == 1
    assert max(learn.recorder.lrs) < 1e-2 / 2


def test_predictions_for_other_rows(learn, table):
    scores, ratings = learn.get_preds(dl=learn.dls.test_dl(table.head(5), with_labels=True))
    assert (scores.shape, ratings.shape) == ((5,), (5, 1))


def test_rows_with_ratings_are_validated_and_without_them_refused(learn, table):
    learn.fit(1, 1e-2)
    assert learn.validate(dl=learn.dls.test_dl(table))[0] > 0
    without = learn.dls.test_dl(table[["user", "movie"]])
    assert learn.get_preds(dl=without)[1] is None
    with pytest.raises(BadTable, match="no column 'rating'"):
        learn.validate(dl=without)


def test_validation_wants_rows(table):
    learn = collab_learner(CollabDataLoaders.from_df(table, valid_pct=0, bs=16))
    with pytest.raises(BadTable, match="Give valid_pct above 0"):
        learn.validate()


def test_one_row_is_predicted_in_ids(learn, table):
    learn.fit_one_cycle(40, 5e-2, wd=0.01)
    row, rating, scores = learn.predict(table.iloc[0])
    assert row.iloc[0][["user", "movie"]].tolist() == table.iloc[0][["user", "movie"]].tolist()
    assert float(rating) == float(scores[0]) == pytest.approx(table.rating.iloc[0], abs=1)
    assert float(learn.predict({"user": 0, "movie": 2})[1]) > float(learn.predict({"user": 0, "movie": 3})[1])


def test_results_are_shown_by_their_ids(films, capsys):
    learn = collab_learner(CollabDataLoaders.from_df(films, item_name="title", seed=1), y_range=(0, 5.5))
    learn.show_results(max_n=4)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["user", "title", "rating", "rating_pred"]
    assert len(rows) == 4
    assert learn.dls.valid_ds.frame["title"].iloc[0] in rows[0]


def test_training_that_diverges_says_so_and_leaves_the_model(dls):
    learn = collab_learner(dls, n_factors=4)
    before = learn.model.i_weight.weight.clone()
    with pytest.raises(Diverged):
        learn.fit(5, 1e30)
    test_eq(learn.model.i_weight.weight, before)


def test_a_callback_sees_the_current_model_after_every_epoch(learn):
    class Watch(Callback):
        seen = ()

        def after_epoch(self):
            self.seen = (*self.seen, self.learn.validate()[0])

    watch = Watch()
    learn.fit(3, 1e-2, cbs=watch)
    assert watch.seen == pytest.approx(losses(learn), rel=1e-5)


def test_training_stops_early(learn):
    learn.fit(10, 1e-9, cbs=EarlyStoppingCallback(min_delta=1.0, patience=2))
    assert len(learn.recorder.values) == 3


def test_the_best_model_is_kept(dls, tmp_path):
    set_seed(0)
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), path=tmp_path)
    learn.fit(6, 0.3, wd=0.0, cbs=SaveModelCallback())
    assert learn.validate()[0] == pytest.approx(min(losses(learn)), rel=1e-5)


def test_only_columns_can_be_watched(learn):
    with pytest.raises(BadOption, match="has train_loss, valid_loss"):
        learn.fit(1, cbs=EarlyStoppingCallback(monitor="accuracy"))


def test_another_optimiser_is_refused(dls):
    with pytest.raises(Unsupported, match="Adam"):
        collab_learner(dls, opt_func=torch.optim.SGD)


@pytest.mark.parametrize("use_nn", [False, True])
def test_a_learner_crosses_over_into_the_library(dls, table, use_nn):
    set_seed(0)
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), use_nn=use_nn)
    learn.fit_one_cycle(5, 5e-2)
    held_out = learn.dls.valid_ds.frame
    scores = learn.to_model().predict(held_out["user"].tolist(), held_out["movie"].tolist())
    np.testing.assert_allclose(scores, learn.get_preds()[0].view(-1), rtol=1e-4)


def test_a_network_with_a_dropout_for_each_layer_crosses_over_with_their_mean(dls):
    config = tabular_config(ps=[0.1, 0.3])
    assert collab_learner(dls, use_nn=True, layers=[8, 4], config=config).to_model().dropout == pytest.approx(0.2)


def test_recommendations_hide_what_was_rated(learn):
    learn.fit_one_cycle(20, 5e-2, wd=0.01)
    rated = learn.dls.train_ds.frame.query("user == 4")["movie"]
    table = learn.recommend(4, n=3)
    assert isinstance(table, pd.DataFrame)
    assert not set(table["item"]) & set(rated)


def test_a_module_of_ones_own_does_not_cross_over(dls):
    with pytest.raises(Unsupported, match="no model of the library"):
        Learner(dls, nn.Linear(2, 1)).to_model()


def test_the_learners_own_weight_decay_gives_way_to_the_calls(dls):
    def trained(wd, call):
        set_seed(0)
        learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), wd=wd)
        learn.fit(1, 1e-2, wd=call)
        return losses(learn)

    assert trained(0.5, None) == trained(0.0, 0.5) != trained(0.5, 0.0)


def test_unknown_attributes_are_asked_of_the_model(learn):
    assert learn.i_weight is learn.model.i_weight
    test_eq(learn.weight([3]), learn.model.weight([3]))
    with pytest.raises(AttributeError, match=r"Neither the learner nor its EmbeddingDotBias has 'j_weight'"):
        _ = learn.j_weight


def test_training_prints_its_table_line_by_line(dls, capsys):
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), metrics=[rmse, mae])
    learn.fit(2, 1e-2)
    head, first_line, last_line = capsys.readouterr().out.splitlines()
    assert head.split() == ["epoch", "train_loss", "valid_loss", "_rmse", "mae", "time"]
    assert first_line.split()[0] == "0"
    assert [float(one) for one in last_line.split()[:-1]] == pytest.approx([1, *learn.recorder.final_record], abs=1e-6)
    assert last_line.split()[-1] == "00:00"


def test_the_table_is_printed_above_the_bar_where_somebody_looks(learn, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    learn.fit(1, 1e-2)
    shown = capsys.readouterr()
    assert "valid_loss" in shown.out + shown.err
    assert "epoch 1/1" in shown.err


def test_nothing_is_printed_where_nothing_shall_be(learn, capsys):
    with learn.no_bar(), learn.no_logging():
        learn.fit(1, 1e-2)
    assert capsys.readouterr() == ("", "")


def test_predictions_come_with_all_that_is_asked_for(learn):
    learn.fit(1, 1e-2)
    codes, scores, ratings, decoded, row_losses = learn.get_preds(with_input=True, with_decoded=True, with_loss=True)
    n = len(learn.dls.valid_ds)
    assert [tuple(one.shape) for one in (codes, scores, ratings, decoded, row_losses)] == [
        (n, 2), (n,), (n, 1), (n,), (n,),
    ]  # fmt: skip
    test_eq(decoded, scores)
    test_close(row_losses, (scores - ratings[:, 0]).square())
    test_eq(learn.get_preds(act=torch.zeros_like)[0], torch.zeros(n))


@pytest.mark.parametrize("loss_func", [nn.L1Loss(), F.l1_loss, lambda scores, ratings: (scores - ratings).abs().mean()])
def test_losses_of_each_row_come_of_any_loss(dls, loss_func):
    learn = collab_learner(dls, n_factors=4, loss_func=loss_func)
    scores, ratings, row_losses = learn.get_preds(with_loss=True)
    test_close(row_losses, (scores - ratings[:, 0]).abs())


def test_rows_without_ratings_have_no_losses(learn, table):
    without = learn.dls.test_dl(table[["user", "movie"]])
    with pytest.raises(BadTable, match="no losses"):
        learn.get_preds(dl=without, with_loss=True)


def test_results_of_another_loader_are_shown_in_any_order(learn, table, capsys):
    rows = learn.dls.test_dl(table.head(40))
    learn.show_results(dl=rows, max_n=40)
    in_order = capsys.readouterr().out
    set_seed(1)
    learn.show_results(dl=rows, max_n=40, shuffle=True)
    mixed = capsys.readouterr().out
    assert len(in_order.splitlines()) == 1 + 40
    assert [line.split()[1:] for line in in_order.splitlines()] != [line.split()[1:] for line in mixed.splitlines()]
    assert sorted(line.split()[1:] for line in in_order.splitlines()[1:]) == sorted(
        line.split()[1:] for line in mixed.splitlines()[1:]
    )


def test_the_summary_counts_the_parameters_of_each_layer(learn):
    lines = repr(learn.summary()).splitlines()
    assert lines[0] == "EmbeddingDotBias (Input shape: 16 x 2)"
    assert [line.split() for line in lines[2:6]] == [
        ["Embedding", "16", "x", "4", "52", "True"], ["Embedding", "16", "x", "4", "52", "True"],
        ["Embedding", "16", "x", "1", "13", "True"], ["Embedding", "16", "x", "1", "13", "True"],
    ]  # fmt: skip
    assert "Total params: 130" in lines
    assert "Loss function: FlattenedLoss of MSELoss()" in lines


def test_freezing_leaves_the_one_group_of_parameters_trainable(learn):
    learn.model.u_weight.weight.requires_grad_(False)
    learn.freeze()
    learn.unfreeze()
    assert all(one.requires_grad for one in learn.model.parameters())
    with pytest.raises(BadOption, match="nothing is left to train"):
        learn.freeze_to(1)


def test_what_is_frozen_by_hand_stays_as_it_is(learn):
    learn.fit(1, 1e-2)
    learn.model.u_weight.weight.requires_grad_(False)
    before, items = learn.model.u_weight.weight.clone(), learn.model.i_weight.weight.clone()
    learn.fit(1, 1e-2)
    test_eq(learn.model.u_weight.weight, before)
    assert not torch.equal(learn.model.i_weight.weight, items)


def test_half_precision_is_for_gpus_alone(dls):
    def trained(half):
        set_seed(0)
        learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), loss_func=flat_l2)
        learn = learn.to_fp16() if half else learn.to_fp16().to_fp32()
        learn.fit(1, 1e-2)
        return losses(learn)

    assert trained(True) == trained(False)


def test_the_optimiser_shows_how_it_was_last_set(learn):
    assert learn.opt is None
    learn.fit_one_cycle(1, 1e-2, wd=0.3)
    (hypers,) = learn.opt.hypers
    assert (hypers["lr"], hypers["mom"], hypers["wd"]) == (learn.recorder.lrs[-1], learn.recorder.moms[-1], 0.3)
    assert len(learn.opt.param_lists[0]) == 4


def test_names_of_the_first_version_say_what_they_are_called_now(learn):
    with pytest.raises(Unsupported, match="CollabDataBunch is called CollabDataLoaders now"):
        CollabDataBunch.from_df(None)
    with pytest.raises(Unsupported, match="get_collab_learner is called collab_learner now"):
        get_collab_learner()
    with pytest.raises(AttributeError, match=r"data is called learn\.dls now"):
        _ = learn.data
    with pytest.raises(AttributeError, match=r"plot is called recorder\.plot_lr_find now"):
        learn.recorder.plot()


def test_the_networks_own_retyped_class_is_trained_by_the_fused_engine(dls, tmp_path):
    class EmbeddingNN(TabularModel):
        @delegates(TabularModel.__init__)
        def __init__(self, emb_szs, layers, **kwargs):
            super().__init__(emb_szs=emb_szs, n_cont=0, out_sz=1, layers=layers, **kwargs)

    net = EmbeddingNN(get_emb_sz(dls), [8], y_range=(0, 5.5))
    learn = Learner(dls, net, loss_func=MSELossFlat(), metrics=rmse, path=tmp_path)
    learn.fit_one_cycle(1, 1e-2, cbs=SaveModelCallback(fname="best"))
    assert type(learn._engine[1]).__name__ == "FusedPerceptron"
