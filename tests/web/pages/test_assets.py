"""What pages load: few bytes of script, each file as small as the browser takes it."""

import gzip
import re
from collections.abc import Callable

import pytest

from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
MOST_BYTES = 100_000
# Those with a canvas, the case and the editors, load more.
PAGES = ["/login", "/inbox", "/tasks/{task}", "/start", "/start/fault", "/cases", "/me", "/nowhere", "/operations"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_a_canvas_loads_little_script(visitor: Visiting, task: int, path: str) -> None:
    person = visitor({"/operations": "zhou.yu", "/login": None}.get(path, "li.na"))
    if "{task}" in path:
        person.post(f"/tasks/{task}/claim")
    page = person.text(path.format(task=task))
    scripts = set(re.findall(r'<(?:script[^>]* src|link rel="modulepreload" href)="([^"]+)"', page))
    assert scripts
    sizes = {address: len(gzip.compress(person.get(address).data)) for address in scripts}
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_files_come_compressed_to_who_takes_them_so(visitor: Visiting) -> None:
    person = visitor("li.na")
    [address] = re.findall(r'<script type="module" src="([^"]+)"', person.text("/inbox"))
    plain, small = person.get(address), person.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.content_type == plain.content_type
    assert gzip.decompress(small.data) == plain.data
    assert len(person.get(address, headers={"Accept-Encoding": "gzip, br"}).data) < len(small.data)
    assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
