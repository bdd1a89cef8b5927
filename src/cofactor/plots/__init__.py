"""Figures of plain numbers; they know no model. Matplotlib, loaded when the first one is drawn."""

from cofactor.plots.figures import histogram, latent_map, loss_curves, losses, lr_curve

__all__ = ["histogram", "latent_map", "loss_curves", "losses", "lr_curve"]
