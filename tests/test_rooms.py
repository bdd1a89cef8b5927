"""The rooms of the larger packages: arrows between them go down only, as the packages' docstrings draw them."""

import pytest

from test_house import Import, imports, sources

# from the ground up; rooms on one floor do not know each other
FLOORS = {
    "kernels": (
        "alignment large_matrices threads twins", "absent blas", "compiling", "arithmetic", "ids ratings",
        "scoring posterior", "gibbs gradient ranking neighbours",
    ),
    "scale": ("table", "sharding cluster", "fitting", "lists"),
}  # fmt: skip
PACKAGES = pytest.mark.parametrize("package", FLOORS)


def floors(package: str) -> dict[str, int]:
    return {room: floor for floor, rooms in enumerate(FLOORS[package]) for room in rooms.split()}


def room(module: str, package: str) -> str:
    """posterior, of cofactor.kernels.posterior.solve."""
    return module.removeprefix(f"cofactor.{package}.").partition(".")[0]


def upward(found: list[Import], package: str) -> list[str]:
    floor_of = floors(package)
    inside = [one for one in found if all(name.startswith(f"cofactor.{package}.") for name in one[:2])]
    steps = [(room(one.module, package), room(one.target, package)) for one in inside]
    return [f"{here} imports {there}" for here, there in steps if here != there and floor_of[there] >= floor_of[here]]


@PACKAGES
def test_every_room_has_a_floor(package):
    named = {room(name, package) for name in sources() if name.startswith(f"cofactor.{package}.")}
    assert named == set(floors(package))


@PACKAGES
def test_arrows_between_rooms_go_down(package):
    assert upward(imports(sources()), package) == []


@pytest.mark.parametrize(
    ("importing", "imported"),
    [
        ("kernels.ratings.layout", "kernels.posterior.solve"), ("kernels.scoring.pairs", "kernels.posterior.prior"),
        ("kernels.threads", "kernels.compiling.native"), ("scale.table.folder", "scale.lists"),
        ("scale.sharding.shard", "scale.cluster.ordered_map"), ("scale.cluster.cluster_map", "scale.fitting.passes"),
    ],
)  # fmt: skip
def test_a_planted_arrow_upwards_is_found(importing, imported):
    planted = imports({f"cofactor.{importing}": f"import cofactor.{imported}"})
    assert len(upward(planted, importing.partition(".")[0])) == 1
