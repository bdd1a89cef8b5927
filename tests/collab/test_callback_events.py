"""Callbacks are called at every event of the course, and what they may change there counts."""

import pytest

from cofactor.collab import *
from cofactor.collab.events import BATCH_EVENTS, EVENTS
from cofactor.errors import BadOption, CouldBeFaster

N_STEPS, N_VALID = 6, 3  # of `dls`: 99 ratings to train on and 33 to validate on, in batches of 16


class Listener(Callback):
    """Hears every event, or those named."""

    def __init__(self, *events):
        self.heard = []
        for event in events or EVENTS:
            vars(self)[event] = partial(self.heard.append, event)


def heard(learn, *events, n_epochs=1):
    listener = Listener(*events)
    learn.fit(n_epochs, 1e-2, cbs=listener)
    return listener.heard


def batchwise(learn, cbs, n_epochs=1):
    with pytest.warns(CouldBeFaster, match="want every batch"):
        learn.fit(n_epochs, 1e-2, cbs=cbs)


STEP = [
    "before_batch", "after_pred", "after_loss", "before_backward", "after_backward", "before_step", "after_step",
    "after_batch",
]  # fmt: skip
MEASURED = ["before_batch", "after_pred", "after_loss", "after_batch"]


def test_all_events_are_called_in_the_courses_order(learn):
    with pytest.warns(CouldBeFaster):
        found = heard(learn)
    assert found == [
        "before_fit", "before_epoch", "before_train", *STEP * N_STEPS, "after_train", "before_validate",
        *MEASURED * N_VALID, "after_validate", "after_epoch", "after_fit",
    ]  # fmt: skip


def test_events_of_an_epoch_cost_nothing_and_change_nothing(dls):
    """They are called around the fused engine, whose result has the same bits."""

    def trained(*callbacks):
        set_seed(0)
        learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), cbs=callbacks)
        learn.fit_one_cycle(2, 1e-2)
        return learn

    listener = Listener(*(set(EVENTS) - set(BATCH_EVENTS)))
    alone, watched = trained(), trained(listener)
    test_eq(watched.model.i_weight.weight, alone.model.i_weight.weight)
    assert watched.recorder.losses == alone.recorder.losses
    assert listener.heard.count("after_validate") == listener.heard.count("before_train") == 2
    assert type(watched._engine[1]).__name__ == "FusedAdam"


def test_the_readable_engine_trains_the_same_and_says_so_once(dls):
    def trained(*callbacks):
        set_seed(0)
        learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5))
        learn.fit_one_cycle(1, 1e-2, cbs=callbacks)
        learn.fit_one_cycle(1, 1e-2, cbs=callbacks)
        return learn

    with pytest.warns(CouldBeFaster) as said:
        watched = trained(Listener("after_batch"))
    assert len(said) == 1
    torch.testing.assert_close(watched.model.i_weight.weight, trained().model.i_weight.weight, atol=2e-3, rtol=1e-2)


def test_a_callback_sees_where_training_is(learn):
    class Look(Callback):
        def before_epoch(self):
            self.epochs = [*vars(self).get("epochs", []), (self.epoch, self.n_epoch, self.n_iter)]

        def after_batch(self):
            if self.training and self.epoch == 1 and self.iter == 2:
                shapes = [tuple(one.shape) for one in (self.xb[0], self.yb[0], self.pred)]
                self.seen = shapes, self.loss.item(), self.train_iter, self.recorder.lrs[-1], self.smooth_loss

    look = Look()
    batchwise(learn, look, n_epochs=2)
    assert look.epochs == [(0, 2, N_STEPS), (1, 2, N_STEPS)]
    shapes, loss, train_iter, rate, smooth = look.seen
    assert shapes == [(16, 2), (16, 1), (16,)]
    assert loss > 0
    assert (train_iter, rate) == (N_STEPS + 3, 1e-2)
    assert smooth == learn.recorder.losses[N_STEPS + 2]
    assert learn.recorder.iters == [N_STEPS, 2 * N_STEPS]


def test_a_callback_changes_what_the_next_event_sees(learn):
    class Blind(Callback):
        """Everybody is nobody, so nothing about anybody is learned."""

        def before_batch(self):
            self.learn.xb = (torch.zeros_like(self.xb[0]),)

    before = learn.model.u_weight.weight[1:].clone()
    with pytest.warns(CouldBeFaster):
        learn.fit(1, 1e-2, wd=0.0, cbs=Blind())
    test_eq(learn.model.u_weight.weight[1:], before)


def test_a_callback_adds_to_the_loss_that_is_minimised(learn):
    class Shrink(Callback):
        def before_backward(self):
            self.learn.loss_grad = self.learn.loss_grad + 100 * self.model.i_bias.weight.square().sum()

    learn.model.i_bias.weight.data.fill_(1.0)
    with pytest.warns(CouldBeFaster):
        learn.fit(20, 5e-2, wd=0.0, cbs=Shrink())
    assert float(learn.model.i_bias.weight.detach().abs().max()) < 0.2


CUTS = {
    "before_epoch": (CancelEpochException, ["after_cancel_epoch", "after_epoch"]),
    "before_train": (CancelTrainException, ["after_cancel_train", "after_train", "after_validate", "after_epoch"]),
    "before_validate": (CancelValidException, ["after_cancel_validate", "after_validate", "after_epoch"]),
    "after_epoch": (CancelFitException, ["after_train", "after_validate", "after_cancel_fit", "after_fit"]),
}  # fmt: skip


@pytest.mark.parametrize("event", CUTS)
def test_a_part_of_an_epoch_can_be_cut_short(learn, event):
    exception, expected = CUTS[event]

    class Cut(Callback):
        order = 99

    def cut():
        raise exception

    listener, cutter = Listener(*expected), Cut()
    vars(cutter)[event] = cut
    learn.fit(1, 1e-2, cbs=[listener, cutter])
    kept = [event for event in listener.heard if event != "after_epoch" or exception is not CancelFitException]
    assert kept == expected


@pytest.mark.parametrize("batchwise_too", [False, True])
def test_the_rates_of_an_epoch_do_not_depend_on_what_was_cut_before(learn, batchwise_too):
    def cut(callback):
        if callback.epoch == 0 and callback.training and (not batchwise_too or callback.iter == 2):
            raise CancelTrainException

    learn.fit_one_cycle(2, 1e-2)
    whole = learn.recorder.lrs
    if batchwise_too:
        with pytest.warns(CouldBeFaster):
            learn.fit_one_cycle(2, 1e-2, cbs=Callback(before_batch=cut))
    else:
        learn.fit_one_cycle(2, 1e-2, cbs=Callback(before_train=cut))
    assert learn.recorder.lrs[-N_STEPS:] == whole[N_STEPS:]
    assert len(learn.recorder.lrs) == N_STEPS + 2 * batchwise_too


BATCH_CUTS = {
    "before_batch": CancelBatchException, "before_backward": CancelBackwardException,
    "before_step": CancelStepException,
}  # fmt: skip


@pytest.mark.parametrize("event", BATCH_CUTS)
def test_a_batch_that_is_cut_short_teaches_nothing(learn, event):
    def cut(callback):
        raise BATCH_CUTS[event]

    before = learn.model.i_weight.weight.clone()
    batchwise(learn, Callback(**{event: cut}))
    part = event.removeprefix("before_")
    if event != "before_backward":  # there the optimiser still makes a step, without gradients
        test_eq(learn.model.i_weight.weight, before)
    assert f"after_cancel_{part}" in EVENTS


def test_training_can_be_ended_in_the_middle_of_an_epoch(learn):
    def stop(callback):
        if callback.training and callback.iter == 1:
            raise CancelFitException

    batchwise(learn, Callback(after_batch=stop), n_epochs=3)
    assert learn.recorder.values == []
    assert len(learn.recorder.losses) == 2


def test_functions_may_be_given_for_events_and_only_for_those(learn):
    seen = []
    learn.fit(2, 1e-2, cbs=Callback(after_epoch=lambda callback: seen.append(callback.epoch)))
    assert seen == [0, 1]
    with pytest.raises(BadOption, match="no event 'after_lunch'"):
        Callback(after_lunch=print)


def test_callbacks_are_called_by_their_order(learn):
    called = []

    def at(order):
        one = Callback(before_fit=lambda callback: called.append(callback.order))
        one.order = order
        return one

    learn.fit(1, 1e-2, cbs=[at(3), at(-1), at(2)])
    assert called == [-1, 2, 3]


def test_a_callback_may_skip_training_or_validation(learn):
    class OnlyValidation(Listener):
        run_train = False

    listener = OnlyValidation("after_batch")
    batchwise(learn, listener)
    assert len(listener.heard) == N_VALID


def test_callbacks_come_and_go(learn):
    class NoteCallback(Callback):
        pass

    learn.add_cb(NoteCallback)
    assert learn.note is learn.cbs[0]
    learn.remove_cb(NoteCallback)
    assert learn.cbs == []
    with learn.added_cbs([NoteCallback(), NoteCallback()]):
        assert len(learn.cbs) == 2
    assert learn.add_cbs([NoteCallback]).remove_cbs(learn.note).cbs == []


def test_a_callback_hears_that_its_learner_is_made(dls):
    listener = Listener("after_create")
    assert collab_learner(dls, cbs=[listener]).cbs == [listener]
    assert listener.heard == ["after_create"]


def test_validation_outside_of_training_is_told_too(learn):
    listener = Listener("before_validate", "after_pred", "after_validate")
    learn.validate(cbs=listener)
    assert listener.heard == ["before_validate", *["after_pred"] * N_VALID, "after_validate"]


def test_what_a_callback_changes_in_the_model_counts_in_the_next_epoch(learn):
    class Fix(Callback):
        def after_epoch(self):
            self.model.i_bias.weight.data.fill_(3.0)

    learn.fit(2, 1e-9, wd=0.0, cbs=Fix())
    assert learn.validate()[0] > 5.0


def test_what_a_callback_changes_in_the_model_counts_in_the_validation(learn):
    class Fix(Callback):
        def before_validate(self):
            self.model.i_bias.weight.data.fill_(9.0)

    learn.fit(1, 1e-9, wd=0.0, cbs=Fix())
    assert learn.recorder.values[0][1] == pytest.approx(learn.validate()[0], rel=1e-5)
    assert learn.recorder.values[0][1] > 5.0


def test_a_callback_changes_the_rate_of_a_fit(learn):
    class Halve(Callback):
        def after_epoch(self):
            self.opt.set_hyper("lr", self.opt.hypers[-1]["lr"] / 2)

    learn.fit(3, 1e-2, cbs=Halve())
    assert learn.recorder.lrs[::N_STEPS] == [1e-2, 5e-3, 2.5e-3]
    assert type(learn._engine[1]).__name__ == "FusedAdam"
    learn.fit_one_cycle(2, 1e-2, cbs=Halve())
    assert max(learn.recorder.lrs) == pytest.approx(1e-2, rel=0.05)


def test_a_callback_changes_the_rate_of_a_batch(learn):
    class Decay(Callback):
        def before_batch(self):
            if self.training:
                self.opt.set_hyper("lr", self.opt.hypers[-1]["lr"] / 2)

    batchwise(learn, Decay())
    assert learn.recorder.lrs == [1e-2 / 2**n for n in range(1, 1 + N_STEPS)]


def test_a_name_is_made_of_the_class(learn):
    assert [one().name for one in (SaveModelCallback, CSVLogger, ReduceLROnPlateau, Callback)] == [
        "save_model", "csv_logger", "reduce_lr_on_plateau", "callback",
    ]  # fmt: skip
    with pytest.raises(AttributeError, match="has no 'epoch'"):
        _ = Callback().epoch
