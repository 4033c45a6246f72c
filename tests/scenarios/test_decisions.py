"""The decision tables answer what the catalogue says, cell by cell where a process depends on it."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine import dmn, feel

PROCESSES = Path(__file__).parents[2] / "processes"
MOMENT = feel.Moment(now=datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
FAULT = {"aaaDown": 0, "servicesDown": 1, "assurance": "none", "elapsed": 0}


@cache
def decisions() -> dict[str, dmn.Decision]:
    found: dict[str, dmn.Decision] = {}
    for path in sorted(PROCESSES.rglob("*.dmn")):
        here = dmn.parse(path.read_bytes(), path.name).decisions
        assert not found.keys() & here.keys(), path
        found.update(here)
    return found


def decide(name: str, **variables: Any) -> Any:
    scope = {key: Decimal(str(value)) if isinstance(value, float) else value for key, value in variables.items()}
    result = decisions()[name].evaluate(scope, MOMENT)
    assert result.error is None, str(result.error)
    return feel.to_json(result.value)


@pytest.mark.parametrize(
    ("grade", "sla", "profile", "channels"),
    [
        ("diamond", "ordinary", "diamond", ["voice", "sms", "mail", "im"]),
        ("standard", "AAA", "gold", ["sms", "mail", "im"]),
        ("standard", "AA", "silver", ["mail", "sms"]),
        ("standard", "A", "standard", ["mail", "sms"]),
    ],
)
def test_service_profile(grade: str, sla: str, profile: str, channels: list[str]) -> None:
    assert decide("profile", customerGrade=grade, highestSla=sla) == profile
    assert decide("service_profile", customerGrade=grade, highestSla=sla)["channels"] == channels


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({"impact": "full", "slaGrade": "A", "assurance": "B"}, "critical"),
        ({"impact": "full", "slaGrade": "AAA", "aaaDown": 3, "elapsed": 2}, "critical"),
        ({"impact": "full", "slaGrade": "AAA", "aaaDown": 1, "elapsed": 6}, "critical"),
        ({"impact": "full", "slaGrade": "A", "servicesDown": 10, "elapsed": 2}, "critical"),
        ({"impact": "full", "slaGrade": "AAA", "aaaDown": 1}, "major"),
        ({"impact": "full", "slaGrade": "A", "servicesDown": 10}, "major"),
        ({"impact": "partial", "slaGrade": "A", "assurance": "C"}, "major"),
        ({"impact": "degraded", "slaGrade": "AAA", "elapsed": 12}, "notice"),
        ({"impact": "degraded", "slaGrade": "AAA", "elapsed": 12.5}, "major"),
        ({"impact": "degraded", "slaGrade": "ordinary", "elapsed": 73}, "major"),
        ({"impact": "partial", "slaGrade": "A"}, "minor"),
        ({"impact": "degraded", "slaGrade": "A"}, "notice"),
    ],
)
def test_severity(changes: dict[str, Any], severity: str) -> None:
    assert decide("severity", **{**FAULT, **changes}) == severity


def test_mass_events_and_reports_to_the_authority() -> None:
    assert decide("mass_event", customers=5, servicesDown=1) is True
    assert decide("mass_event", customers=4, servicesDown=9) is False
    quiet = {"usersAffected": 500_000, "voiceBlocked": False, "severity": "major", "elapsed": 2}
    assert decide("authority_report", **quiet) == "none"
    assert decide("authority_report", **{**quiet, "usersAffected": 500_001}) == "ask"
    assert decide("authority_report", **{**quiet, "voiceBlocked": True, "elapsed": 6}) == "ask"
    assert decide("authority_report", **{**quiet, "severity": "critical"}) == "ask"


@pytest.mark.parametrize(
    ("assurance", "sla", "repair"),
    [
        ("A", "ordinary", (2, 2, 2, 4)),
        ("none", "AAA", (4, 5, 6, 8)),
        ("B", "AA", (6, 7, 8, 12)),
        ("C", "A", (8, 10, 12, 24)),
        ("none", "ordinary", (24, 24, 36, 48)),
    ],
)
def test_repair_limits(assurance: str, sla: str, repair: tuple[int, ...]) -> None:
    for scope, hours in zip(("local", "intra", "inter", "intl"), repair, strict=True):
        assert decide("repair_limit", assurance=assurance, slaGrade=sla, scope=scope) == hours


def test_a_contract_goes_before_the_table() -> None:
    given = {"assurance": "none", "slaGrade": "AAA", "scope": "local"}
    table = decide("fault_limits", **given, contract=None)
    assert table["accept"] == {"value": 10, "unit": "min"}
    assert table["report_due"] == {"value": 1, "unit": "wd"}
    assert decide("fault_limits", **given, contract={"repair": 3})["repair"] == {"value": 3, "unit": "h"}
    assert decide("fault_limits", **given, contract={"repair": 3})["accept"] == {"value": 10, "unit": "min"}


@pytest.mark.parametrize(
    ("level", "severity", "sla", "steps"),
    [
        ("city", "minor", "AA", "B0 I0 I1 B1 I2 I3 I4 I5 B4 I6 I7"),
        ("city", "critical", "AAA", "B0 I0 I1 B1 I2 I3 B2 I4 I5 B4 B5 I6 B7 I7"),
        ("hq", "major", "A", "B0 B0 I0 I1 I2 I3 B6 I4 I5 B4 I6 B7 I7"),
        ("prov", "notice", "A", "B0 B0 I0 I1 I2 I3"),
    ],
)
def test_escalation_order(level: str, severity: str, sla: str, steps: str) -> None:
    found = decide("fault_escalation_order", level=level, severity=severity, slaGrade=sla)
    assert [step["step"] for step in found] == steps.split()
    assert [step["offset"] for step in found] == sorted(step["offset"] for step in found)


def test_route_of_a_resource_check() -> None:
    assert [decide("level", scope=scope) for scope in ("local", "intra", "inter", "intl")] == [
        "city",
        "prov",
        "hq",
        "hq",
    ]
    kinds = {scope: [r["kind"] for r in decide("route", scope=scope)] for scope in ("local", "intra", "inter", "intl")}
    assert kinds["local"] == ["access", "local"]
    assert kinds["intra"] == ["access", "intra"]
    assert kinds["inter"] == ["access", "intra", "inter"]
    assert kinds["intl"] == ["access", "intra", "inter", "intl"]
    assert [r["limit"] for r in decide("route", scope="intl")] == [2, 3, 5, 10]


@pytest.mark.parametrize(
    ("metric", "scope", "value", "verdict"),
    [
        ("reachability", "local", 1, "pass"),
        ("reachability", "local", 0, "fail"),
        ("loss", "local", 0.08, "pass"),
        ("loss", "local", 0.09, "attention"),
        ("loss", "local", 0.11, "fail"),
        ("delay_one_way", "intra", 21, "fail"),
        ("delay_one_way", "inter", 46, "attention"),
        ("delay_one_way", "intl", 135, "pass"),
        ("throughput", "intl", 96, "attention"),
        ("throughput", "intl", 94, "fail"),
        ("rx_power", "local", -20, "inconclusive"),
        ("other", "local", 1, "inconclusive"),
        ("loss", "local", None, "inconclusive"),
    ],
)
def test_verdict_of_a_test(metric: str, scope: str, value: float | None, verdict: str) -> None:
    assert decide("verdict", metric=metric, scope=scope, value=value) == verdict


def test_optical_power_is_judged_by_the_port() -> None:
    port = {"sensitivity": -28, "overload": -8}
    verdicts = [decide("verdict", metric="rx_power", scope="local", value=value, **port) for value in (-26, -24.5, -20)]
    assert verdicts == ["fail", "attention", "pass"]


@pytest.mark.parametrize(
    "process", ["fault_handling", "resource_check", "circuit_test", "fault_escalation", "customer_notice"]
)
def test_limits_warn_at_80_percent_and_remind_by_their_clock(process: str) -> None:
    """Catalogue, timed tasks: every 30 minutes on the wall clock, every working day otherwise."""
    for step, limit in decide(f"{process}_limits").items():
        if limit["reminder"] is not None:
            assert limit["warning"] == Decimal("0.8"), step
            working = limit["unit"] in ("wh", "wd")
            assert limit["reminder"] == ({"value": 1, "unit": "wd"} if working else {"value": 30, "unit": "min"}), step
