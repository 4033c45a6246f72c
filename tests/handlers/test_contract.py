"""The contract: secrets stay behind references, a port cannot be changed, errors read well."""

from dataclasses import FrozenInstanceError, replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine import BpmnError, Port, Retry
from engine.work.contract import SecretReference, SecretUnavailable
from handlers import HANDLERS


def test_a_secret_comes_from_the_environment_and_follows_its_change(monkeypatch: pytest.MonkeyPatch) -> None:
    port = Port("mail", secrets={"password": SecretReference(env="TEST_SECRET")})
    monkeypatch.setenv("TEST_SECRET", "one")
    assert port.secret("password") == "one"
    monkeypatch.setenv("TEST_SECRET", "two")
    assert port.secret("password") == "two"


def test_a_secret_comes_from_a_file_without_its_line_break(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(" väl ue \r\n", encoding="utf-8")
    assert Port("p", secrets={"token": SecretReference(file=tmp_path / "token")}).secret("token") == " väl ue "


def test_neither_repr_nor_error_shows_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEST_SECRET", "hunter2")
    (tmp_path / "binary").write_bytes(b"hunter2\xff")
    port = Port(
        "p", {"host": "h"}, {"a": SecretReference(env="TEST_SECRET"), "b": SecretReference(file=tmp_path / "binary")}
    )
    port.secret("a")
    with pytest.raises(SecretUnavailable) as caught:
        port.secret("b")
    assert "hunter2" not in repr(port) + str(caught.value)
    assert "port p, secret b" in str(caught.value)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (SecretReference(env="TEST_NOT_SET"), "TEST_NOT_SET is not set"),
        (SecretReference(file=Path("/nonexistent/secret")), "cannot be read"),
        (SecretReference(file=Path("/dev/null")), "is empty"),
        (SecretReference(), "neither"),
    ],
)
def test_a_reference_that_leads_nowhere_says_so(reference: SecretReference, words: str) -> None:
    with pytest.raises(SecretUnavailable, match=words):
        Port("p", secrets={"s": reference}).secret("s")


def test_an_unknown_secret_names_port_and_place() -> None:
    with pytest.raises(SecretUnavailable, match="port p: no secret 's' under `secrets`"):
        Port("p").secret("s")


def test_a_port_is_shared_and_cannot_be_changed() -> None:
    options = {"host": "a"}
    port = Port("p", options)
    options["host"] = "b"
    assert port.options["host"] == "a"
    with pytest.raises(TypeError):
        port.options["host"] = "c"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        port.name = "q"  # type: ignore[misc]
    assert replace(port, name="q").options == port.options


def test_the_two_ways_to_say_no_read_well() -> None:
    error = BpmnError("adapter_failed", "no such device", {"device": "D1"})
    assert (str(error), error.variables) == ("adapter_failed: no such device", {"device": "D1"})
    assert str(BpmnError("x")) == "x"
    assert str(Retry(timedelta(minutes=1), "busy")) == "again in 60 s: busy"


def test_each_handler_is_under_its_topic_and_tells_all_of_itself() -> None:
    """Element templates and lint are made of these: a variable without a text would be a field without a label."""
    for topic, handler in HANDLERS.items():
        assert handler.topic == topic
        assert handler.version >= 1
        assert handler.timeout > timedelta()
        for schema in (handler.input, handler.output):
            assert schema["type"] == "object"
            assert set(schema["required"]) <= schema["properties"].keys()
        for language in ("zh", "en"):
            texts = handler.texts[language]
            assert texts["name"]
            assert texts["description"]
            assert texts["fields"].keys() == handler.input["properties"].keys(), (topic, language)
            assert all(field["label"] and field["description"] for field in texts["fields"].values())
