"""What has been published about a comparison, so that a run can say whether it agrees.

A single run on one data set proves nothing about two kinds of models; many careful ones say what to expect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["FINDINGS", "Finding", "published_findings"]


@dataclass(frozen=True)
class Finding:
    """One kind of model was found to be better than another. better, worse: names of classes"""

    better: frozenset[str]
    worse: frozenset[str]
    statement: str

    def pairs(self, kinds: Mapping[str, str]) -> list[tuple[str, str]]:
        """The (better, worse) pairs of a comparison's models. kinds: the class of each model, by its name"""
        better = [name for name, kind in kinds.items() if kind in self.better]
        return [(name, other) for name in better for other, kind in kinds.items() if kind in self.worse]


FINDINGS = (
    Finding(
        frozenset({"MatrixFactorization", "ExplicitALS", "ImplicitMF", "BayesianMF"}),
        frozenset({"NeuralCF"}),
        "Rendle et al. 2020 [rendle2020ncfmf] found, on ml-1m and Pinterest, a well-tuned dot product ahead of a "
        "perceptron and of NeuMF.",
    ),
)


def published_findings(kinds: Mapping[str, str], ahead: Callable[[str, str], str]) -> list[str]:
    """One sentence for each published finding about these models, then one for each of its pairs in this comparison.

    kinds: the class of each model, by its name     ahead: (expected better, expected worse) -> who leads, in words
    """
    lines: list[str] = []
    for finding in FINDINGS:
        pairs = finding.pairs(kinds)
        lines += [finding.statement] if pairs else []
        lines += [f"Here {one} against {other}: {ahead(one, other)}." for one, other in pairs]
    return lines
