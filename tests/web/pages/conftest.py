"""Pages asked without a browser: visitors with a session of their own, and one process with a form."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.directory.sessions import open_session
from engine.instances import start
from tests.browser.site import files
from tests.web.office import Office
from web.pages.assets import FOLDER


@dataclass
class Visitor:
    """Somebody's browser, without its scripts."""

    client: Client
    language: str = "zh"

    def get(self, path: str, **more: Any) -> TestResponse:
        headers = {"Accept-Language": self.language, "Accept": "text/html", **more.pop("headers", {})}
        return self.client.get(path, headers=headers, **more)

    def text(self, path: str) -> str:
        return self.get(path).get_data(as_text=True)

    def word(self) -> str:
        """What this visitor's posts have to carry."""
        found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', self.text("/login") + self.text("/me"))
        assert found is not None
        return found[1]

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form as its page does."""
        headers = {"Accept-Language": self.language, "Accept": "text/html"}
        return self.client.post(path, data={"csrf": self.word(), **form}, headers=headers)

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """Ask as a script of the page does."""
        headers = {"Accept": "application/json", "X-CSRF-Token": self.word(), "Accept-Language": self.language}
        if body is not None:
            # As a browser writes it, which knows nothing of what our own JSON refuses.
            more |= {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.open(path, method=method, headers=headers, **more)


@pytest.fixture
def visitor(office: Office, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Visitor]:
    """Makes the browser of a person, or of a stranger; the process `fault` is deployed."""
    if not (FOLDER / ".vite" / "manifest.json").exists():
        pytest.skip("the front end is not built: make front")
    monkeypatch.setenv("TRUNKLINE_DATA", str(tmp_path))
    monkeypatch.setenv("TRUNKLINE_HANDLERS", "tests.browser.records")
    office.deploy(*[(one.name, one.content) for one in files()])

    def making(person: str | None = None, language: str = "zh") -> Visitor:
        client = office.client.application.test_client()
        if person is not None:
            with store.transaction() as session:
                client.set_cookie("trunkline_session", open_session(session, person))
        return Visitor(client, language)

    return making


@pytest.fixture
def case(visitor: Callable[..., Visitor]) -> int:
    """A fault in Guangzhou that waits for somebody of its response centre."""
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        return start(session, process_id="fault").key


@pytest.fixture
def task(office: Office, case: int) -> int:
    """Its task."""
    return int(office.rows("SELECT key FROM tasks WHERE instance_key = :case", case=case)[0].key)
