"""Figures of plain numbers; they know no model. Matplotlib is loaded when the first one is drawn.

Every function draws into the axes given as `ax`, or into new ones of a size that suits it, and returns the axes.
"""

from cofactor.plots.accuracy_curve import accuracy_curve
from cofactor.plots.axis_ends import axis_ends
from cofactor.plots.bias_chart import bias_chart
from cofactor.plots.comparison_chart import comparison_chart
from cofactor.plots.factor_map import factor_map
from cofactor.plots.long_tail import long_tail
from cofactor.plots.loss_curves import loss_curves
from cofactor.plots.lr_curve import lr_curve
from cofactor.plots.rating_histogram import rating_histogram
from cofactor.plots.rating_matrix import rating_matrix
from cofactor.plots.round_curves import round_curves
from cofactor.plots.similarity_heatmap import similarity_heatmap
from cofactor.plots.sparsity import sparsity
from cofactor.plots.step_losses import step_losses
from cofactor.plots.trade_off import trade_off

__all__ = [
    "accuracy_curve", "axis_ends", "bias_chart", "comparison_chart", "factor_map", "long_tail", "loss_curves",
    "lr_curve", "rating_histogram", "rating_matrix", "round_curves", "similarity_heatmap", "sparsity", "step_losses",
    "trade_off",
]  # fmt: skip
