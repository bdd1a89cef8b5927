"""How good is a model, how sure is that, and is it better than another?"""

from cofactor.evaluation.monitoring import monitor

__all__ = ["monitor"]
