"""A wheel brings machine code of its kernels, for the usual levels of this family of processors.

Everything else is in pyproject.toml. An editable install brings none: it compiles what it needs when it needs it. So
does a wheel that was made with COFACTOR_WHEEL_CODE=0, which spares some minutes.
"""

import os
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SOURCES = Path(__file__).resolve().parent / "src"


class BuildWithMachineCode(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode and os.environ.get("COFACTOR_WHEEL_CODE") != "0":
            compile_into(Path(self.build_lib).resolve() / "cofactor" / "kernels" / "shipped")


def compile_into(folder: Path) -> None:
    """In a process of its own; not by PYTHONPATH, of which pip takes away where these sources are installed."""
    ship = "from cofactor.kernels.compiling.warming import ship; ship(sys.argv[2])"
    code = f"import sys; sys.path.insert(0, sys.argv[1]); {ship}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    subprocess.run([sys.executable, "-c", code, str(SOURCES), str(folder)], env=environment, check=True)


if __name__ == "__main__":
    setup(cmdclass={"build_py": BuildWithMachineCode})
