"""Every figure of the catalogue's tables D02, D04 to D06, D10 and of two processes' step limits, with its source mark.

Written as the catalogue writes them, `—` for no value; a cell that changes in a table has to change here too.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import dmn
from engine.dmn.linking import tables_in

PROCESSES = Path(__file__).parents[2] / "processes"
ANNOTATIONS = ("valid_from", "source", "note")


def rules(decision: str) -> Iterator[tuple[list[str], dict[str, str], dict[str, str]]]:
    """The rules of a decision's table: tests (`-` for any), outputs by name (`—` for null), annotations."""
    for path in PROCESSES.rglob("*.dmn"):
        model = dmn.parse(path.read_bytes(), path.name)
        for table, owner in tables_in(model.definitions):
            if owner == decision:
                names = [output.name for output in table.outputs]
                for rule in table.rules:
                    tests = [cell.text.replace('"', "") or "-" for cell in rule.tests]
                    cells = [cell.text.replace('"', "").replace("null", "—") for cell in rule.outputs]
                    yield (
                        tests,
                        dict(zip(names, cells, strict=True)),
                        dict(zip(ANNOTATIONS, rule.annotations, strict=True)),
                    )


def written(decision: str, *columns: str) -> list[str]:
    """A line a rule: tests, the outputs asked for, source mark."""
    lines = []
    for tests, outputs, notes in rules(decision):
        shown = [outputs[name] for name in columns] if columns else list(outputs.values())
        lines.append(" | ".join([*tests, *shown, notes["source"]]))
    return lines


def lines(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


def test_d02_service_profile() -> None:
    assert written("profile") == lines("""
        diamond | - | diamond | D
        gold | - | gold | D
        - | AAA | gold | D
        silver | - | silver | D
        - | AA | silver | D
        - | - | standard | D
    """)
    figures = ("visit", "meeting", "inspection", "operation_report", "archive_check", "first_visit", "diagnosis")
    assert written("service_profile", "nsm", *figures, "proactive_notice", "channels") == lines("""
        diamond | dedicated_24x7 | 1 | 3 | 3 | 1 | 3 | 10 | 12 | at_once | [voice, sms, mail, im] | P S2
        gold | dedicated | 3 | 6 | 6 | 3 | 6 | 10 | — | at_once | [sms, mail, im] | D
        silver | shared | 6 | 12 | 12 | 6 | 12 | 10 | — | working_hours | [mail, sms] | D
        standard | shared | — | — | — | — | 12 | 10 | — | on_demand | [mail, sms] | D
    """)


def test_d03_fault_severity() -> None:
    assert written("severity") == lines("""
        full | - | - | - | A, B, C | - | critical | D
        - | - | >= 3 | - | - | >= 2 | critical | P S7
        - | - | >= 1 | - | - | >= 6 | critical | P S7
        - | - | - | >= 10 | - | >= 2 | critical | P S7
        - | - | >= 1 | - | - | - | major | D
        - | - | - | >= 10 | - | - | major | D
        - | - | - | - | A, B, C | - | major | D
        - | AAA | - | - | - | > 12 | major | P S7
        - | - | - | - | - | > 72 | major | P S7
        full, partial | - | - | - | - | - | minor | D
        - | - | - | - | - | - | notice | D
    """)
    assert written("mass_event") == lines("""
        >= 5 | - | true | D
        - | >= 10 | true | D
        - | - | false | D
    """)
    assert written("authority_report") == lines("""
        > 500000 | - | - | > 1 | ask | P S13
        - | true | - | > 5 | ask | P S13
        - | - | critical | - | ask | D
        - | - | - | - | none | D
    """)


def test_d04_fault_limits() -> None:
    assert written("times") == lines("""
        A | - | 5 | 15 | 30 | 5 | 4 | wh | D
        none, B, C | AAA | 10 | 30 | 60 | 180 | 1 | wd | D
        none, B, C | AA | 10 | 30 | 60 | 180 | 1 | wd | D
        none, B, C | A | 15 | 30 | 60 | 180 | 1 | wd | D
        none, B, C | ordinary | 15 | 60 | 120 | — | 2 | wd | D
    """)
    cells = {
        (assurance, grade, scope): outputs["repair_limit"]
        for (assurance, grade, scope), outputs, notes in rules("repair_limit")
        if notes["source"] == "D"
    }
    table = """
        A | - | 2 | 2 | 2 | 4
        none, B, C | AAA | 4 | 5 | 6 | 8
        none, B, C | AA | 6 | 7 | 8 | 12
        none, B, C | A | 8 | 10 | 12 | 24
        none, B, C | ordinary | 24 | 24 | 36 | 48
    """
    expected = {}
    for line in lines(table):
        assurance, grade, *hours = line.split(" | ")
        expected |= {
            (assurance, grade, scope): value
            for scope, value in zip(("local", "intra", "inter", "intl"), hours, strict=True)
        }
    assert cells == expected


SEVERITIES = ("critical", "major", "minor", "notice")
# step, level, slaGrade, who (axis, unit, role), critical, major, minor, notice, channels, acknowledged
ESCALATION = """
    I0 | - | - | inside working own.duty | 0 | 0 | 0 | 0 | [app, im] | true
    I1 | - | - | inside working own.duty_lead | 15 | 30 | 60 | 480 | [app, sms] | true
    I2 | - | - | inside working own.dept_lead | 30 | 60 | 120 | 1440 | [sms, voice] | true
    I3 | - | - | inside coordinating nsm.duty | 30 | 60 | 120 | 1440 | [app, sms] | false
    I4 | - | - | inside working own.dept_lead | 60 | 120 | 240 | — | [voice] | true
    I5 | - | - | inside coordinating am.duty | 60 | 120 | 240 | — | [sms, mail] | false
    I6 | - | - | inside working own.unit_lead | 120 | 240 | 480 | — | [sms, voice] | true
    I7 | - | - | inside working own.unit_lead | 240 | 480 | 960 | — | [sms, voice] | true
    B0 | - | - | between coordinating crc.duty | 0 | 0 | 0 | 0 | [app] | true
    B0 | prov, hq | - | between below crc.duty | 0 | 0 | 0 | 0 | [app] | true
    B1 | city | - | between prov crc.duty | 30 | 60 | 120 | — | [app, sms] | true
    B2 | city, prov | AAA | between hq crc.duty | 60 | 120 | 240 | — | [app, sms] | true
    B3 | city, prov | AA, A, ordinary | between hq crc.duty | 60 | 120 | — | — | [app, sms] | true
    B4 | - | - | between provinces mgmt.dept_lead | 120 | 240 | 480 | — | [sms] | false
    B5 | city, prov | - | between hq crc.dept_lead | 120 | 240 | — | — | [sms, voice] | true
    B6 | hq | - | between hq crc.dept_lead | 60 | 120 | 480 | — | [sms, voice] | true
    B7 | - | - | between hq mgmt.unit_lead | 240 | 480 | — | — | [sms, voice] | false
"""


def test_d05_fault_escalation_order() -> None:
    expected: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in lines(ESCALATION):
        step, level, grade, who, *offsets, channels, ack = line.split(" | ")
        for severity, offset in zip(SEVERITIES, offsets, strict=True):
            if offset != "—":
                expected[step, level, severity, grade, who] = (
                    offset,
                    channels,
                    ack,
                    "24" if step == "I7" else "—",
                    "D",
                )
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for (level, severity, grade), given, notes in rules("escalation_steps"):
        who = f"{given['axis']} {given['unit']} {given['role']}"
        told = (given["offset"], given["channels"], given["ack"], given["repeat"], notes["source"])
        assert found.setdefault((given["step"], level, severity, grade, who), told) is told
    assert found == expected


def test_d06_resource_check_route() -> None:
    assert written("level") == lines("""
        local | city | R 29(1)
        intra | prov | R 27(1)
        inter | hq | R 25(4)
        intl | hq | D
    """)
    assert written("route", "kind", "per", "unit", "role", "limit", "limit_unit") == lines("""
        - | access | end | end | resource | 2 | wd | R 29(1)
        local | local | case | city | resource | 2 | wd | R 29(1)
        intra, inter, intl | intra | province | province | resource | 3 | wd | R 27(1)
        inter, intl | inter | case | hq | resource | 5 | wd | R 25(4)
        intl | intl | case | hq | resource | 10 | wd | D
    """)


def test_d10_test_thresholds() -> None:
    assert written("threshold", "low", "high", "attention", "unit") == lines("""
        reachability, route_check, dns_check, alarm_free | - | 1 | 1 | — | 1/0 | D
        loss | - | — | 0.1 | value > 0.08 | % | D
        delay_one_way | local, intra | — | 20 | value > 18 | ms | D
        delay_one_way | inter | — | 50 | value > 45 | ms | D
        delay_one_way | intl | — | 150 | value > 135 | ms | D
        jitter | - | — | 10 | value > 8 | ms | D
        throughput | - | 95 | — | value < 97 | % of rate | D
        es_24h | - | — | 0 | — | s | D
        interface_errors | - | — | 0 | — | new errors | D
        rx_power | - | sensitivity + 3 | overload - 3 | value < sensitivity + 4 or value > overload - 4 | dBm | D
        call_completion | - | 95 | — | value < 97 | % | D
        other | - | — | — | — | — | D
    """)
    assert [outputs["verdict"] for _, outputs, _ in rules("verdict")] == ["inconclusive", "fail", "attention", "pass"]


@pytest.mark.parametrize(
    ("process", "table"),
    [
        (
            "fault_handling",
            """
            register | 10 | min | D
            attach | 30 | min | D
            accept | — | min | D
            information | 24 | h | D
            prejudge | 30 | min | D
            dispatch | 10 | min | D
            handle | — | min | D
            assistance | 2 | h | P S4
            field_work | 2 | h | D
            approve_suspension | 30 | min | D
            longest_suspension | 72 | h | D
            merge | 30 | min | D
            communicate | 30 | min | R 25(6)
            feedback | — | min | D
            consider | 30 | min | D
            warn | 30 | min | D
            confirm | 30 | min | D
            confirm_again | 8 | h | D
            confirm_longest | 24 | h | D
            confirm_attempts | 3 | times | D
            report | — | wd | D
            close | 1 | wd | D
            follow_up | 1 | wd | D
            reopen | 7 | d | D
            by_hand | 30 | min | D
            """,
        ),
        (
            "circuit_test",
            """
            adapter_items | 10 | min | D
            manual_items | 4 | h | D
            long_items | 2 | h | D
            consent | 30 | min | D
            consent_attempts | 3 | times | D
            decide | 30 | min | D
            by_hand | 30 | min | D
            """,
        ),
    ],
)
def test_step_limits(process: str, table: str) -> None:
    found = [
        " | ".join((outputs["step"], outputs["value"], outputs["unit"], notes["source"]))
        for _, outputs, notes in rules(f"{process}_limit_rows")
    ]
    assert found == lines(table)


def test_a_mark_that_is_not_of_the_figure_says_so_in_its_note() -> None:
    """A regulation asks for a step, the figure is often ours: then the note tells which is which."""
    for process in ("fault_handling", "circuit_test"):
        for _, outputs, notes in rules(f"{process}_limit_rows"):
            assert notes["source"] == "D" or "为D" in notes["note"], outputs["step"]


def test_every_rule_of_every_table_has_a_date_and_a_mark() -> None:
    counted = 0
    for path in PROCESSES.rglob("*.dmn"):
        for table, owner in tables_in(dmn.parse(path.read_bytes(), path.name).definitions):
            for rule in table.rules:
                notes = dict(zip(table.annotations, rule.annotations, strict=True))
                counted += 1
                assert notes["valid_from"], (owner, rule.id)
                assert notes["source"].startswith(("R ", "P S", "D")), (owner, rule.id)
    assert counted > 150
