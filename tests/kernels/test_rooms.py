"""The rooms of the kernels: arrows between them go down only, as the package's docstring draws them."""

import pytest

from test_house import Import, imports, sources

# from the ground up; rooms on one floor do not know each other
FLOORS = (
    "alignment large_matrices threads twins", "absent blas", "compiling", "arithmetic", "ids ratings",
    "scoring posterior", "gibbs gradient ranking neighbours",
)  # fmt: skip
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms.split()}


def room(module: str) -> str:
    """posterior, of cofactor.kernels.posterior.solve."""
    return module.removeprefix("cofactor.kernels.").partition(".")[0]


def upward(found: list[Import]) -> list[str]:
    inside = [one for one in found if all(name.startswith("cofactor.kernels.") for name in one[:2])]
    steps = [(room(one.module), room(one.target)) for one in inside]
    return [f"{here} imports {there}" for here, there in steps if here != there and FLOOR_OF[there] >= FLOOR_OF[here]]


def test_every_room_has_a_floor():
    assert {room(name) for name in sources() if name.startswith("cofactor.kernels.")} == set(FLOOR_OF)


def test_arrows_between_rooms_go_down():
    assert upward(imports(sources())) == []


@pytest.mark.parametrize(
    ("importing", "imported"),
    [("ratings.layout", "posterior.solve"), ("scoring.pairs", "posterior.prior"), ("threads", "compiling.native")],
)
def test_a_planted_arrow_upwards_is_found(importing, imported):
    planted = imports({f"cofactor.kernels.{importing}": f"import cofactor.kernels.{imported}"})
    assert len(upward(planted)) == 1
