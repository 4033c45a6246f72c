"""What holds for every request: who asks, errors as sentences, request ids, languages, limits, headers."""

import ast
import base64
import json
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import engine
from engine import store
from engine.directory.people import set_password
from engine.directory.throttling import count_attempt
from engine.directory.tokens import revoke_token
from tests.web.office import TALK, Office
from web import credentials


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_a_stranger_is_told_how_to_log_in(office: Office) -> None:
    answer = office.ask(None, "GET", "/v2/topology")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = {name: answer.body[name] for name in ("type", "title", "status", "instance", "code")}
    assert told == {
        "type": "about:blank",
        "title": "UNAUTHORIZED",
        "status": 401,
        "instance": "/v2/topology",
        "code": "credentials_missing",
    }
    assert "user name and password" in answer.body["detail"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer tl_000000000000_nothing", "token_wrong"),
        ("Bearer", "credentials_kind_unknown"),
        ("Digest username=x", "credentials_kind_unknown"),
        ("Basic !!!", "credentials_missing"),
        ("Basic " + base64.b64encode("李娜:x".encode()).decode(), "credentials_wrong"),
        ("Basic " + base64.b64encode(b"li\x00na:x").decode(), "credentials_wrong"),
    ],
)
def test_credentials_that_are_none_are_refused(office: Office, header: str, code: str) -> None:
    answer = office.ask(None, "GET", "/v2/topology", headers={"Authorization": header})
    assert (answer.status, answer.body["code"]) == (401, code)


def test_a_person_logs_in_with_name_and_password(office: Office) -> None:
    me = office.ask(None, "GET", "/v2/authentication/me", headers=basic("li.na", "demo")).body
    assert (me["username"], me["displayName"], me["unit"]) == ("li.na", "李娜", "GD-GZ")
    assert "GD-GZ.crc.duty" in me["groups"]
    assert office.ask(None, "GET", "/v2/topology", headers=basic("li.na", "wrong")).status == 401
    assert office.ask(None, "GET", "/v2/topology", headers=basic("chen.chen", "")).status == 401


def test_a_password_found_right_is_kept_only_as_long_as_it_is_the_persons(office: Office) -> None:
    assert office.ask(None, "GET", "/v2/topology", headers=basic("li.na", "demo")).status == 200
    kept = credentials._passwords
    assert kept._until
    assert not any(b"demo" in hashed for hashed in kept._until)
    with store.transaction() as session:
        set_password(session, "li.na", "other")
    assert office.ask(None, "GET", "/v2/topology", headers=basic("li.na", "demo")).status == 401
    assert office.ask(None, "GET", "/v2/topology", headers=basic("li.na", "other")).status == 200


def test_guessing_a_password_is_stopped(office: Office) -> None:
    guess = basic("chen.chen", "guess")
    assert office.ask(None, "GET", "/v2/topology", headers=guess).status == 401
    for _ in range(7):
        with store.transaction() as session:
            assert count_attempt(session, "chen.chen", "127.0.0.1") is None
    stopped = office.ask(None, "GET", "/v2/topology", headers=guess)
    assert (stopped.status, stopped.body["title"]) == (429, "RESOURCE_EXHAUSTED")
    assert int(stopped.headers["Retry-After"]) > 1
    assert office.ask("clerk", "GET", "/v2/topology").status == 200


def test_a_token_that_was_withdrawn_is_good_no_longer(office: Office) -> None:
    with store.transaction() as session:
        revoke_token(session, office.tokens["clerk"].split("_")[1])
    assert office.ask("clerk", "GET", "/v2/topology").body["code"] == "token_over"


def test_licence_health_and_documentation_are_for_everybody(office: Office) -> None:
    for path in ("/v2/license", "/healthz", "/readyz", "/openapi.json", "/api", "/api/try.js", "/api/swagger-ui.css"):
        assert office.ask(None, "GET", path).status == 200, path


def test_not_ready_without_the_database(office: Office) -> None:
    store.configure(store.configured_url().replace("/test_", "/nowhere_"))
    answer = office.ask(None, "GET", "/readyz")
    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (503, "database_unavailable", "1")
    assert office.ask(None, "GET", "/healthz").status == 200


def test_readiness_asks_over_a_connection_that_is_there(office: Office) -> None:
    """A probe each second must cost no connection each second, and says what a request would meet."""
    _let_in(0)
    try:
        assert office.ask(None, "GET", "/readyz").status == 200
    finally:
        # other tests get this database after us
        _let_in(-1)


def _let_in(most: int) -> None:
    """How many new connections the database takes; -1 for any number."""
    with store.transaction() as session:
        raw = store.raw_connection(session)
        raw.execute(f"ALTER DATABASE {raw.info.dbname} CONNECTION LIMIT {most}".encode())


def test_not_ready_before_the_migrations(office: Office) -> None:
    with store.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    answer = office.ask(None, "GET", "/readyz")
    assert (answer.status, answer.body["code"]) == (503, "database_not_migrated")
    assert "db upgrade" in answer.body["detail"]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ({"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}, "没有地址 /v2/nowhere"),
        ({"Accept-Language": "en-GB"}, "There is no address /v2/nowhere"),
        ({"Accept-Language": ""}, "没有地址 /v2/nowhere"),
        ({"Accept-Language": "fr"}, "没有地址 /v2/nowhere"),
    ],
)
def test_sentences_are_in_the_readers_language(office: Office, header: dict[str, str], sentence: str) -> None:
    answer = office.ask("clerk", "GET", "/v2/nowhere", headers=header)
    assert (answer.status, answer.body["title"]) == (404, "NOT_FOUND")
    assert sentence in answer.body["detail"]


def test_a_person_reads_in_the_language_chosen(office: Office) -> None:
    with store.transaction() as session:
        session.connection().exec_driver_sql("UPDATE people SET language = 'en' WHERE id = 'li.na'")
    headers = {"Accept-Language": "", **basic("li.na", "demo")}
    assert "no process" in office.ask(None, "GET", "/v2/process-instances/7", headers=headers).body["detail"].lower()


def test_a_wrong_method_is_told_the_right_ones(office: Office) -> None:
    answer = office.ask("clerk", "DELETE", "/v2/topology")
    assert (answer.status, answer.body["code"]) == (405, "method_unknown")
    assert "GET" in answer.headers["Allow"]


def test_the_request_id_goes_through_answer_and_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "web.app"):
        answer = office.ask(None, "GET", "/v2/topology", headers={"X-Request-Id": "order-17"})
    assert answer.headers["X-Request-Id"] == answer.body["requestId"] == "order-17"
    [line] = [record for record in caplog.records if record.name == "web.app"]
    assert (line.status, line.path) == (401, "/v2/topology")  # type: ignore[attr-defined]


@pytest.mark.parametrize("given", ["", "a b", "x" * 101, "<script>"])
def test_a_request_id_that_is_no_plain_word_is_replaced(office: Office, given: str) -> None:
    made = office.ask(None, "GET", "/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    assert made != given
    assert len(made) == 16


def test_the_request_id_stands_in_history(office: Office) -> None:
    answer = office.ask("admin", "POST", "/v2/signals/broadcast", {"signalName": "x"}, headers={"X-Request-Id": "r1"})
    assert answer.status == 200
    assert office.rows("SELECT actor, source, request_id FROM history") == [("token:admin", "api", "r1")]


def test_a_body_of_20_megabytes_is_refused_with_a_sentence(office: Office) -> None:
    answer = office.ask("clerk", "POST", "/v2/process-instances", {"variables": {"x": "y" * 20 * 1024 * 1024}})
    assert (answer.status, answer.body["title"]) == (413, "PAYLOAD_TOO_LARGE")
    assert "at most 10 MB" in answer.body["detail"]
    assert office.upload("analyst", ("big.bpmn", b"<" * 20 * 1024 * 1024)).status == 413


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "request_not_json"),
        ('{"a": NaN}', "application/json", 400, "request_not_json"),
        ("[" * 100_000, "application/json", 400, "request_not_json"),
        ("9" * 5000, "application/json", 400, "request_not_json"),
        (b"\xff\xfe{", "application/json", 400, "request_not_json"),
        ("[]", "application/json", 400, "request_invalid"),
        ('"text"', "application/json", 400, "request_invalid"),
        ("signalName=x", "application/x-www-form-urlencoded", 415, "request_content_type"),
        ('{"signalName": "x"}', "text/plain", 415, "request_content_type"),
    ],
)
def test_a_body_that_cannot_be_read(office: Office, body: str | bytes, kind: str, status: int, code: str) -> None:
    answer = office.ask("admin", "POST", "/v2/signals/broadcast", data=body, content_type=kind)
    assert (answer.status, answer.body["code"]) == (status, code)


def test_every_field_that_is_wrong_is_named(office: Office) -> None:
    body = {"nme": "x", "timeToLive": -1, "variables": [], "correlationKey": 5}
    answer = office.ask("admin", "POST", "/v2/messages/publication", body)
    assert answer.status == 400
    found = {finding["element"]: finding["code"] for finding in answer.body["findings"]}
    assert found == {
        "name": "member_missing",
        "nme": "member_unknown",
        "timeToLive": "member_range",
        "variables": "member_not_variables",
        "correlationKey": "member_not_a_text",
    }
    assert "timeToLive: The number must lie between 0 and" in answer.body["detail"]


@pytest.mark.parametrize("key", ["abc", "-1", "9" * 19, "1" * 40, "1.5", "%20", "١٢"])
def test_a_key_that_is_none_is_told_so(office: Office, key: str) -> None:
    answer = office.ask("clerk", "GET", f"/v2/process-instances/{key}")
    assert (answer.status, answer.body["code"]) == (400, "request_key_malformed")


def test_another_tenant_is_refused_by_name(office: Office) -> None:
    answer = office.ask("admin", "POST", "/v2/signals/broadcast", {"signalName": "x", "tenantId": "other"})
    assert answer.status == 400
    assert "“other”" in answer.body["detail"]
    assert (
        office.ask("admin", "POST", "/v2/signals/broadcast", {"signalName": "x", "tenantId": "<default>"}).status == 200
    )


def test_a_page_of_another_site_cannot_use_a_browsers_password(office: Office) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", **basic("li.na", "demo")}
    answer = office.ask(None, "POST", "/v2/user-tasks/search", {}, headers=headers)
    assert (answer.status, answer.body["code"]) == (403, "request_from_other_site")
    headers["Sec-Fetch-Site"] = "same-origin"
    assert office.ask(None, "POST", "/v2/user-tasks/search", {}, headers=headers).status == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://elsewhere.example", 403),
        ("http://trunkline.example", 403),
        ("http://trunkline.example:8080.elsewhere.example", 403),
        ("null", 403),
        ("", 403),
        ("http://trunkline.example:8080", 204),
        ("https://Trunkline.example:8080", 204),
        (None, 204),
    ],
)
def test_over_plain_http_the_origin_says_whose_page_asks(office: Office, origin: str | None, status: int) -> None:
    office.deploy(TALK)
    case = office.start("talk")
    headers = {"Host": "trunkline.example:8080"} | ({} if origin is None else {"Origin": origin})
    assert office.ask("admin", "POST", f"/v2/process-instances/{case}/cancellation", headers=headers).status == status
    [(state,)] = office.rows("SELECT state FROM instances")
    assert state == ("canceled" if status == 204 else "active")


def test_what_a_browser_says_itself_of_the_site_counts_before_the_host_a_proxy_names(office: Office) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "https://trunkline.example", **basic("li.na", "demo")}
    assert office.ask(None, "POST", "/v2/user-tasks/search", {}, headers=headers).status == 200


def test_answers_are_data_and_nothing_else(office: Office) -> None:
    headers = office.ask(None, "GET", "/healthz").headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_what_nobody_expected_is_logged_and_not_told(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fall_over(*_: object) -> None:
        raise ZeroDivisionError("the secret reason")

    monkeypatch.setattr("engine.broadcast_signal", fall_over)
    answer = office.ask("admin", "POST", "/v2/signals/broadcast", {"signalName": "x"}, headers={"X-Request-Id": "r9"})
    assert (answer.status, answer.body["title"]) == (500, "INTERNAL_ERROR")
    assert "r9" in answer.body["detail"]
    assert "secret" not in json.dumps(answer.body)
    assert "the secret reason" in caplog.text


def test_numbers_keep_every_digit_on_their_way(office: Office) -> None:
    exact = "12345678901234567890.123456789012345678"
    body = f'{{"signalName": "x", "variables": {{"n": {exact}}}}}'
    sent = office.ask("admin", "POST", "/v2/signals/broadcast", data=body, content_type="application/json")
    assert sent.status == 200
    answer = office.client.application.json
    assert answer.dumps({"n": Decimal(exact)}) == f'{{"n":{exact}}}'
    assert answer.loads(f'{{"n": {exact}}}') == {"n": Decimal(exact)}


def test_a_deadlock_is_tried_again_within_the_request_and_not_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast, tries, refused = engine.broadcast_signal, [], 2

    def deadlocked(session: engine.Session, *given: Any) -> int:
        key = broadcast(session, *given)
        tries.append(key)
        if len(tries) <= refused:
            session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))
        return key

    monkeypatch.setattr(engine, "broadcast_signal", deadlocked)
    answer = office.ask("worker", "POST", "/v2/signals/broadcast", {"signalName": "alarm"})
    assert (answer.status, len(tries)) == (200, 3)
    assert len(office.rows("SELECT 1 FROM history WHERE kind = 'signal_broadcast'")) == 1
    refused, tries = 100, []
    answer = office.ask("worker", "POST", "/v2/signals/broadcast", {"signalName": "alarm"})
    assert (answer.status, answer.body["code"], len(tries)) == (503, "database_busy", 6)
    assert len(office.rows("SELECT 1 FROM history WHERE kind = 'signal_broadcast'")) == 1


def test_a_route_of_the_api_has_one_transaction() -> None:
    """It is done again from the start after a deadlock, which must not do twice what was committed before."""
    for file in (Path(__file__).parents[2] / "web" / "api").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                opened = [with_ for with_ in ast.walk(node) if isinstance(with_, ast.With)]
                items = [ast.unparse(item.context_expr) for with_ in opened for item in with_.items]
                assert sum("transaction()" in item for item in items) <= 1, (file.name, node.name)
