"""A picture of a card as SVG: lines with bands over two axes, drawn from plain numbers, coloured by the page."""

from collections.abc import Iterator, Sequence
from html import escape

from cofactor.card.section import Curve, Picture

__all__ = ["svg"]

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 44
N_TICKS = 5
MAX_POINTS = 200  # of a curve: more are not seen


def svg(picture: Picture) -> str:
    """The picture; its colours are the classes c0, c1, … of the page, and every text is escaped."""
    x_ends, y_ends = (_ends(picture, axis) for axis in ("x", "y"))
    plane = _Plane(x_ends, y_ends)
    curves = "".join(_curve(one, plane, at) for at, one in enumerate(picture.curves))
    label = escape(f"{picture.title}. {picture.caption}", quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(_axes(plane))}{curves}'
        f'<text class="label" x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"{escape(picture.x_label)}</text>"
        f'<text class="label" transform="translate(13 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)" '
        f'text-anchor="middle">{escape(picture.y_label)}</text></svg>'
    )


class _Plane:
    """From numbers to places on the picture."""

    def __init__(self, x_ends: tuple[float, float], y_ends: tuple[float, float]) -> None:
        self.x_ends, self.y_ends = x_ends, y_ends

    def x(self, value: float) -> float:
        low, high = self.x_ends
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high = self.y_ends
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def points(self, x: Sequence[float], y: Sequence[float]) -> str:
        step = max(1, -(-len(x) // MAX_POINTS))
        at = sorted({*range(0, len(x), step), len(x) - 1})
        return " ".join(f"{self.x(x[i]):.1f},{self.y(y[i]):.1f}" for i in at)


def _ends(picture: Picture, axis: str) -> tuple[float, float]:
    columns = [getattr(one, axis) for one in picture.curves]
    if axis == "y":
        columns += [band for one in picture.curves for band in (one.low, one.high)]
    values = [value for column in columns for value in column]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high <= low:
        return low - 0.5, low + 0.5
    room = 0.04 * (high - low) if axis == "y" and low != 0 else 0.0
    return low - room, high + (0.04 * (high - low) if axis == "y" else 0.0)


def _axes(plane: _Plane) -> Iterator[str]:
    for value in _ticks(*plane.y_ends):
        y = plane.y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    for value in _ticks(*plane.x_ends):
        at = f'x="{plane.x(value):.1f}" y="{HEIGHT - BOTTOM + 16}"'
        yield f'<text class="tick" {at} text-anchor="middle">{value:g}</text>'


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between the ends.

    >>> _ticks(0, 1), _ticks(0.93, 1.02)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.94, 0.96, 0.98, 1.0, 1.02])
    """
    rough = (high - low) / N_TICKS
    size = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 1.0
    while size > rough:
        size /= 10
    step = next(size * one for one in (1, 2, 5, 10) if size * one >= rough * 0.999)
    first = int(-(-low // step))
    return [round(n * step, 10) for n in range(first, first + 2 * N_TICKS + 2) if n * step <= high + step * 1e-6]


def _curve(curve: Curve, plane: _Plane, at: int) -> str:
    band = ""
    if curve.low:
        x = [*curve.x, *reversed(curve.x)]
        band = f'<polygon class="band c{at}" points="{plane.points(x, [*curve.low, *reversed(curve.high)])}"/>'
    return f'{band}<polyline class="line c{at}" points="{plane.points(curve.x, curve.y)}"/>'
