"""Streams of open pages: there are only so many, so each gives its place back, however it ends."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

import engine
from tests.web.pages.conftest import Visitor
from web.pages import live


@pytest.fixture
def person(visitor: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Somebody of a house that has one place."""
    monkeypatch.setattr(live.Hub, "_listen", lambda _: None)
    monkeypatch.setattr(live, "hub", live.Hub(most=1))
    return visitor("li.na")


def test_a_browser_that_goes_before_the_first_word_gives_its_place_back(person: Visitor) -> None:
    stream = live.hub.join({"li.na"})
    assert stream is not None
    assert person.get("/events").status_code == 204
    application = person.client.application
    assert isinstance(application, Flask)
    with application.app_context():
        live.streamed(stream, "tasks").close()
    assert person.get("/events").status_code == 200


def test_one_that_cannot_be_answered_gives_its_place_back(person: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise engine.Unavailable("database_unavailable")

    with monkeypatch.context() as away:
        away.setattr(engine.queries.inbox, "counts", fail)
        assert person.get("/events").status_code == 503
    assert person.get("/events").status_code == 200
