"""The page says which modules each view needs, so that a browser asks for all of them at once."""

import json
import re

from cofactor.serving.page_files import imports_in, modules_of


def test_modules_are_followed_to_the_last(tmp_path):
    (tmp_path / "charts").mkdir()
    (tmp_path / "main.js").write_text('import { a } from "./a.js";\nimport {\n  b,\n} from "./charts/b.js";\n')
    (tmp_path / "a.js").write_text('export const a = () => import("./later.js");\n')
    (tmp_path / "charts" / "b.js").write_text('export { a as b } from "../a.js";\nconst c = "./no-module.js";\n')
    found = modules_of("main.js", imports_in(tmp_path), "/files")
    assert sorted(found) == ["/files/a.js", "/files/charts/b.js", "/files/main.js"]


def test_every_module_that_the_page_names_is_there(client):
    page = client.get("/").text
    said = re.search(r'<script type="application/json" id="modules">(.*?)</script>', page)
    assert said is not None
    views = json.loads(said[1])
    assert {"data", "map", "newcomer"} <= set(views)
    assert {"/explorer/views/map.js", "/explorer/charts/labels.js"} <= set(views["map"])
    named = {one for modules in views.values() for one in modules} | set(
        re.findall(r'modulepreload" href="(.*?)"', page)
    )
    assert all(client.get(one).status_code == 200 for one in named)
