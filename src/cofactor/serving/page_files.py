"""The page itself, which says beforehand what modules it needs: a browser then asks for all of them at once.

Left to itself it learns from each module which ones come next, in seven rounds of asking before the map is drawn.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import dirname, join, normpath

__all__ = ["imports_in", "modules_of", "page_with_modules"]

IMPORT = re.compile(r'^(?:import|export)\b[^;"(]*"(\.[^"]+)"', re.MULTILINE)
PLACE = "<!-- modules -->"  # in index.html, of what is said


def page_with_modules(folder: Path, address: str) -> str:
    """The page of the explorer in `folder`, whose files are asked for below `address`.

    In the place of `PLACE` stand links to what `main.js` imports, and as JSON what each view does: view -> addresses.
    """
    imports = imports_in(folder)
    views = {
        file.stem: modules_of(f"views/{file.name}", imports, address) for file in sorted(folder.glob("views/*.js"))
    }
    links = [f'<link rel="modulepreload" href="{one}">' for one in modules_of("main.js", imports, address)]
    data = f'<script type="application/json" id="modules">{json.dumps(views)}</script>'
    return (folder / "index.html").read_text("utf-8").replace(PLACE, "\n  ".join([*links, data]))


def imports_in(folder: Path) -> dict[str, list[str]]:
    """Module -> those that it imports, but for what it asks for on use; all by their paths in the folder."""
    modules = {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*.js")}
    return {
        name: [normpath(join(dirname(name), one)) for one in IMPORT.findall(text)] for name, text in modules.items()
    }


def modules_of(module: str, imports: Mapping[str, Sequence[str]], address: str) -> list[str]:
    """The addresses of a module and of all that it imports and that these import."""
    found, waiting = dict[str, None](), [module]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = None
            waiting += imports[one]
    return [f"{address}/{one}" for one in found]
