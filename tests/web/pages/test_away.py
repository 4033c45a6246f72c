"""Pages while the database is away."""

from collections.abc import Callable, Iterator

import pytest

from engine import store
from tests.web.pages.conftest import Visitor

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def person(visitor: Callable[..., Visitor]) -> Iterator[Visitor]:
    """Somebody who has logged in before it went away."""
    known = visitor("li.na", "en")
    there = store.configured_url()
    store.configure(NOWHERE)
    yield known
    store.configure(there)


@pytest.mark.parametrize("path", ["/inbox", "/cases/1?tab=none", "/operations", "/nowhere"])
def test_a_page_says_that_it_is_not_available_just_now(person: Visitor, path: str) -> None:
    """In the browser's language, since nobody can be looked up."""
    answer = person.get(path)
    assert answer.status_code == (404 if path == "/nowhere" else 503)
    assert answer.content_type.startswith("text/html")
    assert ("There is no such page" if path == "/nowhere" else "Not available just now") in answer.get_data(
        as_text=True
    )
