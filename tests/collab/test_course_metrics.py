"""Columns beside the losses, by the course's names of them."""

import pytest

from cofactor.collab import *
from cofactor.errors import BadOption

P, Y = tensor(1.0, 2.0, 4.0), tensor([[1.0], [4.0], [3.0]])


def headings(dls, *metrics):
    return collab_learner(dls, metrics=list(metrics)).recorder.metric_names[3:-1]


def test_columns_are_called_as_the_courses_are(dls):
    assert headings(dls, rmse, mae, mse, R2Score(), PearsonCorrCoef()) == [
        "_rmse",
        "mae",
        "mse",
        "r2_score",
        "pearsonr",
    ]


def test_shapes_do_not_matter():
    assert rmse(P, Y) == pytest.approx((5 / 3) ** 0.5)
    assert mae(P, Y) == pytest.approx(1.0)
    assert PearsonCorrCoef()(P, Y) == pytest.approx(0.5)


def test_a_function_of_ones_own_is_a_column(dls):
    def near(p, y):
        return ((p - y).abs() < 1).float().mean()

    learn = collab_learner(
        dls, n_factors=4, y_range=(0, 5.5), metrics=[near, partial(near), AccumMetric(near, name="x")]
    )
    assert learn.recorder.metric_names[3:-1] == ["near", "near", "x"]
    _, *values = learn.validate()
    scores, ratings = learn.get_preds()
    assert values == pytest.approx([float(near(scores, ratings[:, 0]))] * 3)


def test_a_function_may_take_arrays_and_the_ratings_first():
    seen = []

    def note(first, second, scale=1):
        seen.append((type(first), first.tolist(), scale))
        return 0.0

    AccumMetric(note, to_np=True, invert_arg=True, scale=2)(P, Y)
    AccumMetric(note, flatten=False)(P, Y)
    assert seen == [(np.ndarray, [1, 4, 3], 2), (Tensor, [1, 2, 4], 1)]


def test_a_metric_of_ones_own_class_accumulates(dls):
    class Largest(Metric):
        name = "largest"

        def reset(self):
            self.found = 0.0

        def accumulate(self, learn):
            self.found = max(self.found, float((learn.pred - learn.yb[0][:, 0]).abs().max()))

        @property
        def value(self):
            return self.found

    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), metrics=Largest())
    learn.fit(1, 1e-2)
    scores, ratings = learn.get_preds()
    assert learn.recorder.metric_names[3] == "largest"
    assert learn.recorder.values[0][2] == pytest.approx(float((scores - ratings[:, 0]).abs().max()))


def test_accuracy_is_of_classes_and_not_of_ratings(learn):
    assert accuracy(tensor([[1.0, 2.0], [3.0, 2.0]]), tensor([1, 1])) == 0.5
    with pytest.raises(BadOption, match="take rmse or mae"):
        learn.validate() + accuracy(*learn.get_preds())


def test_losses_are_of_flat_tensors():
    assert float(L1LossFlat()(P, Y)) == pytest.approx(1.0)
    assert MSELossFlat(reduction="none")(P, Y).tolist() == [0, 4, 1]
    assert float(BaseLoss(nn.SmoothL1Loss, beta=2.0)(P, Y)) == pytest.approx((0 + 1 + 0.25) / 3)
    assert repr(L1LossFlat()) == "FlattenedLoss of L1Loss()"
    assert MSELossFlat().decodes(P) is P


def test_the_mean_absolute_error_is_minimised_as_a_loss(dls):
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5), loss_func=L1LossFlat(), metrics=mae)
    learn.fit(1, 1e-2)
    assert learn.recorder.values[0][1] == pytest.approx(learn.recorder.values[0][2], rel=1e-5)
