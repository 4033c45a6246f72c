"""Resources of a segment: asked for, reserved all or none, reserved once however often the job runs, given back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine import BpmnError, Port, Retry

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def port(demo: Any) -> Port:
    found: Port = demo.ports["inventory"]
    return found


def test_a_segment_with_free_resources(run: Run, port: Port) -> None:
    segment = {"key": "access-1", "kind": "access", "unit": "GD-SZ"}
    answer = run("inventory.query_segment", port, segment=segment, rate=Decimal("99.5"), product="Ethernet line")
    assert answer["found"] is True
    assert answer["resources"] == [{"kind": "port", "ref": {"id": "R-5003", "label": "福田机房 PE1 端口 FE0/1/3"}}]
    assert len(answer["valid_until"]) == 10


@pytest.mark.parametrize(
    ("segment", "rate"),
    [
        ({"kind": "access", "unit": "GD-SZ"}, 1000),
        ({"kind": "access", "unit": "BJ"}, 1),
        ({"kind": "intl", "unit": "HQ"}, 1),
    ],
)
def test_a_segment_without(run: Run, port: Port, segment: dict[str, str], rate: int) -> None:
    answer = run("inventory.query_segment", port, segment=segment, rate=rate)
    assert (answer["found"], answer["resources"]) == (False, [])


def test_a_reservation_holds_until_it_is_released(run: Run, port: Port) -> None:
    segment = {"kind": "local", "unit": "GD-GZ"}
    free = run("inventory.query_segment", port, segment=segment, rate=10)["resources"]
    assert len(free) == 2
    made = run("inventory.reserve", port, key=1, resources=free, until="2027-01-31")
    assert (made["reserved"], made["valid_until"], made["conflicts"]) == (True, "2027-01-31", [])
    assert run("inventory.query_segment", port, segment=segment, rate=10)["found"] is False
    assert run("inventory.lookup", port, kind="resource", id="R-5004")["item"]["state"] == "reserved"

    assert run("inventory.release", port, reservation=made["reservation"]) == {"released": True}
    assert run("inventory.query_segment", port, segment=segment, rate=10)["resources"] == free
    # After a crash the job runs again: nothing is there to release, and that is no error.
    assert run("inventory.release", port, reservation=made["reservation"]["id"]) == {"released": False}


def test_a_job_that_runs_twice_reserves_once(run: Run, port: Port) -> None:
    first = run("inventory.reserve", port, key=2, resources=["R-5005"])
    second = run("inventory.reserve", port, key=2, attempt=2, resources=["R-5005"])
    assert first == second
    run("inventory.release", port, reservation=first["reservation"])


def test_what_somebody_else_holds_is_told_and_nothing_is_reserved(run: Run, port: Port) -> None:
    held = run("inventory.reserve", port, key=3, resources=[{"id": "R-5006", "label": "…"}])
    answer = run("inventory.reserve", port, key=4, resources=["R-5001", "R-5006", "R-none"])
    assert answer == {"reserved": False, "reservation": None, "valid_until": None, "conflicts": ["R-5006", "R-none"]}
    assert run("inventory.lookup", port, kind="resource", id="R-5001")["item"]["state"] == "free"
    run("inventory.release", port, reservation=held["reservation"])


def test_the_case_number_and_the_jobs_key_go_along(run: Run, script: Any) -> None:
    script.body = b'{"id": "RV-1"}'
    run("inventory.reserve", script.port(), key=77, resources=["R-1"])
    _, path, headers, body = script.asked[0]
    assert path == "/inventory/v1/reservation"
    assert headers["Idempotency-Key"] == "77"
    assert b'"externalId": "FLT-GD-20261123-0007"' in body


@pytest.mark.parametrize(
    ("topic", "variables", "words"),
    [
        ("inventory.query_segment", {"segment": "access"}, "variable segment: a context"),
        ("inventory.reserve", {"resources": []}, "nothing to reserve"),
        ("inventory.reserve", {"resources": [{"kind": "port"}]}, r"variable resources\[1\]"),
        ("inventory.reserve", {"resources": ["R-5001"], "until": "soon"}, "HTTP 400"),
        ("inventory.release", {"reservation": None}, "variable reservation: a reference"),
    ],
)
def test_a_wrong_variable_is_named(run: Run, port: Port, topic: str, variables: dict[str, Any], words: str) -> None:
    with pytest.raises(BpmnError, match=words):
        run(topic, port, **variables)


@pytest.mark.parametrize("reservation", [".", "..", {"id": "..", "label": "…"}])
def test_an_id_of_dots_leads_nowhere_else(run: Run, script: Any, reservation: Any) -> None:
    with pytest.raises(BpmnError, match="another place"):
        run("inventory.release", script.port(), reservation=reservation)
    assert script.asked == []


@pytest.mark.parametrize(
    ("reservation", "segment"),
    [
        ("...", "..."),
        (".R-1", ".R-1"),
        ("../R-1", "..%2FR-1"),
        ("%2E%2e", "%252E%252e"),
        ("预留 1", "%E9%A2%84%E7%95%99%201"),
    ],
)
def test_any_other_id_is_one_segment_of_the_address(run: Run, script: Any, reservation: str, segment: str) -> None:
    run("inventory.release", script.port(), reservation=reservation)
    assert [entry[:2] for entry in script.asked] == [("DELETE", f"/inventory/v1/reservation/{segment}")]


@pytest.mark.parametrize("body", [b"[]", b'{"resources": {}}', b"nonsense"])
def test_nonsense_is_asked_again(run: Run, script: Any, body: bytes) -> None:
    script.body = body
    with pytest.raises(Retry):
        run("inventory.query_segment", script.port(), segment={"kind": "access"})
    for answer in (b"[]", b"{}", b'{"id": null}', b'{"id": ""}'):
        script.body = answer
        with pytest.raises(Retry):
            run("inventory.reserve", script.port(), resources=["R-1"])
