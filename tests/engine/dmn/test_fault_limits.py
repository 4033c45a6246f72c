"""A graph like the catalogue's fault limits: two complete tables with sources, a contract that goes before them."""

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.dmn import check

D = Decimal
GRADES = ("AAA", "AA", "A", "ordinary")
SCOPES = ("local", "intra", "inter", "intl")
REPAIR = {"AAA": (4, 5, 6, 8), "AA": (6, 7, 8, 12), "A": (8, 10, 12, 24), "ordinary": (24, 24, 36, 48)}
ASSURANCE = 'assurance:string:"none","A","B","C"'
SLA = 'slaGrade:string:"AAA","AA","A","ordinary"'
SCOPE = 'scope:string:"local","intra","inter","intl"'


def repair_rules() -> Any:
    assured = [['"A"', "-", f'"{scope}"', "4" if scope == "intl" else "2", '"h"', "D"] for scope in SCOPES]
    others = [
        ['"none", "B", "C"', f'"{grade}"', f'"{scope}"', str(hours), '"h"', "D"]
        for grade in GRADES
        for scope, hours in zip(SCOPES, REPAIR[grade], strict=True)
    ]
    return assured + others


def times_rules() -> Any:
    rows = [['"A"', "-", "5", "15", "D"], ['"none", "B", "C"', '"AAA", "AA"', "10", "30", "P S2"]]
    return [*rows, ['"none", "B", "C"', '"A"', "15", "30", "P S2"], ['"none", "B", "C"', '"ordinary"', "15", "60", "D"]]


@pytest.fixture
def limits(dmn: Any) -> Any:
    times = dmn.table([ASSURANCE, SLA], ["accept:number", "feedback:number"], times_rules(), annotations=["source"])
    repair = dmn.table([ASSURANCE, SLA, SCOPE], ["value:number", "unit:string"], repair_rules(), annotations=["source"])
    fields = {
        "accept": "get or else(contract.accept, times.accept)",
        "feedback": "get or else(contract.feedback, times.feedback)",
        "repair": 'if contract.repair != null then {value: contract.repair, unit: "h"} else repair_limit',
    }
    entries = "".join(
        f'<contextEntry><variable name="{name}"/>{dmn.literal(text)}</contextEntry>' for name, text in fields.items()
    )
    return dmn.model(
        dmn.decision("times", times),
        dmn.decision("repair_limit", repair),
        dmn.decision("fault_limits", f"<context>{entries}</context>", "decision:times decision:repair_limit"),
    )


def case(**more: Any) -> Any:
    return {"assurance": "none", "slaGrade": "AA", "scope": "inter", "contract": None, **more}


def test_the_tables_are_complete_and_nothing_overlaps(limits: Any) -> None:
    assert check(limits) == ()


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize(("place", "scope"), list(enumerate(SCOPES)))
def test_every_cell_of_the_repair_limit_is_found(dmn: Any, limits: Any, grade: Any, place: Any, scope: Any) -> None:
    result = dmn.ask(limits, "repair_limit", **case(slaGrade=grade, scope=scope))
    assert result.value == {"value": REPAIR[grade][place], "unit": "h"}
    assert len(result.trace[0].rules) == 1


def test_limits_come_from_the_tables_where_there_is_no_contract(dmn: Any, limits: Any) -> None:
    result = dmn.ask(limits, "fault_limits", **case())
    assert result.value == {"accept": 10, "feedback": 30, "repair": {"value": 8, "unit": "h"}}
    assert result.error is None


def test_a_contract_goes_before_field_by_field(dmn: Any, limits: Any) -> None:
    result = dmn.ask(limits, "fault_limits", **case(contract={"repair": 2, "accept": D("7.5")}))
    assert result.value == {"accept": D("7.5"), "feedback": 30, "repair": {"value": 2, "unit": "h"}}


def test_the_history_can_tell_which_row_gave_the_figure_and_where_it_is_from(dmn: Any, limits: Any) -> None:
    stored = json.loads(json.dumps(dmn.ask(limits, "fault_limits", **case(assurance="A")).trace_to_json(), default=str))
    assert [one["id"] for one in stored] == ["d_times", "d_repair_limit", "d_fault_limits"]
    (row,) = stored[1]["rules"]
    assert (row["index"], row["annotations"]["source"]) == (3, "D")
    assert stored[2]["output"]["repair"] == {"value": "2", "unit": "h"}


def test_an_unknown_grade_fails_and_names_the_column(dmn: Any, limits: Any) -> None:
    result = dmn.ask(limits, "fault_limits", **case(slaGrade="AAAA"))
    assert (result.error.code, result.error.parameters["name"]) == ("input_not_allowed", "slaGrade")


def test_a_row_taken_out_is_told_as_a_gap_and_one_doubled_as_an_overlap(dmn: Any) -> None:
    rules = repair_rules()
    lacking = dmn.table(
        [ASSURANCE, SLA, SCOPE], ["value:number", "unit:string"], rules[:9] + rules[10:], annotations=["s"]
    )
    (gap,) = check(dmn.model(dmn.decision("repair_limit", lacking)))
    assert str(gap).endswith('no rule for assurance = "B", slaGrade = "AA", scope = "intra"')
    double = dmn.table([ASSURANCE, SLA, SCOPE], ["value:number", "unit:string"], [*rules, rules[9]], annotations=["s"])
    (overlap,) = check(dmn.model(dmn.decision("repair_limit", double)))
    assert 'rules 10, 21 all match assurance = "none", slaGrade = "AA", scope = "intra"' in str(overlap)


def test_steps_are_collected_in_the_order_of_their_offset(dmn: Any) -> None:
    offsets = {"I0": (0, 0), "I2": (30, 60), "I1": (15, 30), "B1": (30, None)}
    rules = [
        [f'"{severity}"', f'"{step}"', str(minutes)]
        for step, row in offsets.items()
        for severity, minutes in zip(("critical", "major"), row, strict=True)
        if minutes is not None
    ]
    model = dmn.model(
        dmn.decision("steps", dmn.table(["severity:string"], ["step:string", "offset:number"], rules, "COLLECT")),
        dmn.decision(
            "order",
            dmn.literal("sort(steps, function(a, b) a.offset < b.offset or a.offset = b.offset and a.step < b.step)"),
            "decision:steps",
        ),
    )
    assert [one["step"] for one in dmn.ask(model, "order", severity="critical").value] == ["I0", "I1", "B1", "I2"]
    assert [one["step"] for one in dmn.ask(model, "order", severity="major").value] == ["I0", "I1", "I2"]
    assert dmn.ask(model, "order", severity="notice").value == []
