"""The page itself, which says beforehand what modules it needs: a browser then asks for all of them at once.

Left to itself it learns from each module which ones come next, in seven rounds of asking before the map is drawn.
"""

import json
import re
from pathlib import Path

__all__ = ["modules_of", "page_with_modules"]

IMPORT = re.compile(r'^(?:import|export)\b[^;"(]*"(\.[^"]+)"', re.MULTILINE)
PLACE = "<!-- modules -->"  # in index.html, of what is said


def page_with_modules(folder: Path, address: str) -> str:
    """The page of the explorer in `folder`, whose files are asked for below `address`.

    In the place of `PLACE` stand links to what `main.js` imports, and as JSON what each view does: view -> addresses.
    """
    views = {file.stem: modules_of(file, folder, address) for file in sorted((folder / "views").glob("*.js"))}
    links = [f'<link rel="modulepreload" href="{one}">' for one in modules_of(folder / "main.js", folder, address)]
    data = f'<script type="application/json" id="modules">{json.dumps(views)}</script>'
    return (folder / "index.html").read_text("utf-8").replace(PLACE, "\n  ".join([*links, data]))


def modules_of(file: Path, folder: Path, address: str) -> list[str]:
    """The addresses of a module and of all that it imports and that these import, but for what is asked for on use."""
    found, waiting = dict[Path, None](), [file.resolve()]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found[module] = None
            imported = IMPORT.findall(module.read_text("utf-8"))
            waiting += [(module.parent / name).resolve() for name in imported]
    return [f"{address}/{module.relative_to(folder.resolve()).as_posix()}" for module in found]
