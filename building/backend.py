"""setuptools, which needs Numba in addition where it makes a wheel: see setup.py."""

import os
import tomllib
from pathlib import Path
from typing import Any

from setuptools.build_meta import *  # noqa: F403  (what a build backend offers)
from setuptools.build_meta import get_requires_for_build_wheel as _needed

COMPILERS = ("numpy", "numba")


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [one for one in project["dependencies"] if one.startswith(COMPILERS)]
    return [*_needed(config_settings), *(wanted if os.environ.get("COFACTOR_WHEEL_CODE") != "0" else [])]
