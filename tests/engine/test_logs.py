"""Log lines: JSON, with the request id, without secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from engine import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    root.handlers = [handler]
    root.setLevel("INFO")
    yield stream
    root.handlers = before
    root.setLevel(level)


def told(lines: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return line


def test_a_line_is_json_with_what_one_needs_to_find_it(lines: io.StringIO) -> None:
    logging.getLogger("engine.work").warning("第 %s 次重试", 3, extra={"job": 17})
    line = told(lines)
    assert line["message"] == "第 3 次重试"
    assert (line["level"], line["logger"], line["job"]) == ("WARNING", "engine.work", 17)
    assert line["time"].endswith("+00:00")
    assert "request_id" not in line


def test_the_request_id_is_in_every_line_of_the_request(lines: io.StringIO) -> None:
    with logs.request("abc") as identifier:
        logging.getLogger("x").info("inside")
        assert told(lines)["request_id"] == identifier == logs.request_id() == "abc"
    logging.getLogger("x").info("outside")
    assert "request_id" not in told(lines)
    assert logs.request_id() == ""


def test_a_request_without_an_id_gets_a_new_one() -> None:
    with logs.request() as one:
        pass
    with logs.request() as two:
        pass
    assert one != two
    assert len(one) == 16


def test_an_exception_is_told_in_the_same_line(lines: io.StringIO) -> None:
    try:
        raise LookupError("postgresql://trunkline:hush@/x")
    except LookupError:
        logging.getLogger("x").exception("failed")
    assert len(lines.getvalue().splitlines()) == 1
    assert "LookupError" in told(lines)["exception"]
    assert "hush" not in lines.getvalue()


@pytest.mark.parametrize(
    "message",
    [
        "connecting to postgresql://trunkline:hush-hush@/trunkline?host=x",
        "header Authorization: Bearer hush-hush.abc",
        "header Basic aHVzaC1odXNo",
    ],
)
def test_secrets_in_a_message_are_hidden(lines: io.StringIO, message: str) -> None:
    logging.getLogger("x").info(message)
    assert "hush" not in lines.getvalue()
    assert "aHVz" not in lines.getvalue()
    assert logs.HIDDEN in told(lines)["message"]


def test_secrets_in_fields_are_hidden_however_deep(lines: io.StringIO) -> None:
    account = {"user": "ops", "password": "hush", "servers": [{"api_key": "hush"}, "smtp://ops:hush@mail"]}
    logging.getLogger("x").info("port", extra={"account": account, "access_token": "hush"})
    assert "hush" not in lines.getvalue()
    assert told(lines)["account"]["user"] == "ops"


def test_what_is_not_json_is_told_as_text(lines: io.StringIO) -> None:
    logging.getLogger("x").info("odd", extra={"thing": {1}})
    assert told(lines)["thing"] == "{1}"


def test_configuring_replaces_what_was_there() -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        logs.configure("WARNING", stream)
        logging.getLogger("x").info("quiet")
        logging.getLogger("x").warning("loud")
    finally:
        root.handlers = before
        root.setLevel(level)
        logging.captureWarnings(capture=False)
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["loud"]
