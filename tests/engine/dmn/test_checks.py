"""Checks at deploy: gaps, overlaps, unreachable rules, cells of the wrong type; bounded in work."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn.checks import check

D = Decimal


@pytest.fixture
def found(dmn: Any) -> Any:
    """The findings of one table."""

    def of(*args: Any, **more: Any) -> Any:
        return check(dmn.model(dmn.decision("d", dmn.table(*args, **more))))

    return of


def said(findings: Any, code: Any) -> Any:
    return [str(finding).partition(": ")[2] for finding in findings if finding.code == code]


def test_a_complete_table_has_no_findings(found: Any) -> None:
    rules = [["< 100", '"gold"', "1"], ["< 100", '"tin"', "2"], [">= 100", "-", "3"]]
    assert found(["amount:number", 'grade:string:"gold","tin"'], ["o:number"], rules) == ()


def test_a_gap_is_shown_as_an_example(found: Any) -> None:
    inputs = ['grade:string:"AAA","AA","A"', 'scope:string:"local","intl"']
    rules = [['"AAA"', "-", "1"], ['"AA"', '"local"', "2"], ['"A"', "-", "3"]]
    assert said(found(inputs, ["o"], rules), "gap") == ['no rule for grade = "AA", scope = "intl"']


@pytest.mark.parametrize(
    ("cells", "gaps"),
    [
        (["< 5", "> 5"], ["no rule for n = 5"]),
        (["[0..5]", "(5..9]"], ["no rule for n < 0", "no rule for n > 9"]),
        (["<= 0", "[1..2]", "> 2"], ["no rule for 0 < n < 1"]),
        (["<= 0", "> 0"], []),
        (["not(3)"], ["no rule for n = 3"]),
        (["-"], []),
        (["> limit"], []),
        (["< limit", "5"], []),
    ],
)
def test_gaps_between_numbers(found: Any, cells: Any, gaps: Any) -> None:
    inputs, rules = ["n:number"], [[cell, "1"] for cell in cells]
    assert sorted(said(found(inputs, ["o"], rules), "gap")) == sorted(gaps)


def test_days_that_follow_each_other_leave_no_gap(found: Any) -> None:
    cells = ['< date("2026-03-01")', '[date("2026-03-01")..date("2026-03-31")]', '>= date("2026-04-01")']
    assert found(["day:date"], ["o"], [[cell, "1"] for cell in cells]) == ()
    assert said(found(["day:date"], ["o"], [[cell, "1"] for cell in cells[:2]]), "gap") == [
        "no rule for day ≥ 2026-04-01"
    ]


def test_booleans_have_two_values(found: Any) -> None:
    assert said(found(["vip:boolean"], ["o"], [["true", "1"]]), "gap") == ["no rule for vip = false"]
    assert found(["vip:boolean"], ["o"], [["true", "1"], ["false", "2"]]) == ()


def test_strings_without_allowed_values_are_those_that_the_table_names(found: Any) -> None:
    rules = [['"a"', '"x"', "1"], ['"b"', '"x"', "2"], ['"b"', '"y"', "3"]]
    assert said(found(["s:string", "t:string"], ["o"], rules), "gap") == ['no rule for s = "a", t = "y"']
    assert said(found(["s:string"], ["o"], [['not("a")', "1"]]), "gap") == ['no rule for s = "a"']


def test_the_values_of_a_type_are_those_that_can_come(dmn: Any) -> None:
    allowed = '<allowedValues><text>"open", "closed"</text></allowedValues>'
    item = f'<itemDefinition name="tState"><typeRef>string</typeRef>{allowed}</itemDefinition>'
    table = dmn.table(["state:tState"], ["o"], [['"open"', "1"]])
    assert said(check(dmn.model(item, dmn.decision("d", table))), "gap") == ['no rule for state = "closed"']


def test_a_default_output_or_many_hits_leave_no_gaps(found: Any) -> None:
    assert found(["n:number"], ["o=0"], [["> 1", "1"]]) == ()
    assert found(["n:number"], ["o"], [["> 1", "1"]], "COLLECT") == ()
    assert said(found(["n:number"], ["o"], [["> 1", "1"]], "FIRST"), "gap")


def test_overlaps_of_unique_tables_name_both_rules_and_an_example(found: Any) -> None:
    inputs = ["n:number", "scope:string"]
    rules = [["< 10", '"local","intl"', "1"], [">= 5", '"intl"', "2"], ["> 20", '"local"', "3"]]
    overlaps = said(found(inputs, ["o"], rules), "overlap")
    assert overlaps == ['rules 1, 2 all match 5 ≤ n < 10, scope = "intl"']
    assert not said(found(inputs, ["o"], rules, "ANY"), "overlap")


def test_rules_that_touch_do_not_overlap(found: Any) -> None:
    rules = [["[0..5)", "1"], ["[5..9]", "2"], ["(9..12]", "3"]]
    assert not said(found(["n:number"], ["o"], rules), "overlap")


def test_cells_that_are_no_constants_make_no_false_alarm(found: Any) -> None:
    rules = [["> limit", '"a"', "1"], ["<= limit", '"a"', "2"], ["> limit", '"a"', "3"]]
    assert said(found(["n:number", "s"], ["o"], rules), "overlap") == ['rules 1, 3 all match s = "a"']


def test_two_rules_without_conditions_overlap_everywhere(found: Any) -> None:
    assert said(found(["n"], ["o"], [["-", "1"], ["-", "2"]]), "overlap") == ["rules 1, 2 all match any input"]


def test_a_rule_below_those_that_take_all_its_inputs_is_unreachable(found: Any) -> None:
    rules = [["< 10", "-", "1"], [">= 10", '"a"', "2"], ["[5..20]", '"a"', "3"], ["-", "-", "4"], ["> 7", '"b"', "5"]]
    findings = found(["n:number", "s:string"], ["o"], rules, "FIRST")
    assert [finding.parameters["rule"] for finding in findings if finding.code == "unreachable_rule"] == ["3", "5"]
    assert not said(found(["n:number", "s:string"], ["o=0"], rules[:3], "COLLECT"), "unreachable_rule")


def test_a_rule_for_what_the_others_do_not_name_can_be_reached(found: Any) -> None:
    rules = [['"gold"', "-", "1"], ["-", '"AAA"', "2"], ['"tin"', "-", "3"], ["-", "-", "4"]]
    assert found(["grade:string", "sla:string"], ["o"], rules, "FIRST") == ()
    assert found(["vip:boolean"], ["o"], [["true", "1"], ["false", "2"], ["-", "3"]], "FIRST") == ()


def test_a_rule_after_one_with_a_variable_can_be_reached(found: Any) -> None:
    assert not said(
        found(["n:number"], ["o"], [["> limit", "1"], ["> 5", "2"], ["-", "3"]], "FIRST"), "unreachable_rule"
    )


def test_a_test_that_no_allowed_value_passes_is_found(found: Any) -> None:
    findings = found(
        ['grade:string:"gold","tin"', "n:number"], ["o=1"], [['"siver"', "-", "1"], ['"gold"', "[5..1]", "2"]]
    )
    assert said(findings, "never_allowed") == [
        'the test "siver" of the input grade is never true: the values allowed are "gold","tin"'
    ]
    assert said(findings, "never_true") == ["the test [5..1] of the input n is never true: no value of `?` passes"]


def test_a_test_with_variables_that_no_value_passes_is_found(found: Any) -> None:
    rules = [["? > 5 and ? < 3", "1"], ["? > limit", "2"], ["> null", "3"], ["-", "4"]]
    assert said(found(["n:number"], ["o"], rules, "FIRST"), "never_true") == [
        "the test ? > 5 and ? < 3 of the input n is never true: no value of `?` passes all the tests",
        "the test > null of the input n is never true: `>` does not work on null",
    ]


def test_cells_of_another_type_are_found(found: Any) -> None:
    findings = found(
        ["n:number", "s:string"], ["o:number", "p:string"], [['"5"', "> 3", '"x"', "7"], ["1", '"a"', "2", '"b"']]
    )
    assert said(findings, "test_type") == [
        'the test "5" compares a string with the input n, which is of type number',
        "the test > 3 compares a number with the input s, which is of type string",
    ]
    assert said(findings, "output_type") == [
        '"x" gives a string, where number is declared',
        "7 gives a number, where string is declared",
    ]


def test_cells_of_several_types_in_a_column_are_no_trouble(found: Any) -> None:
    rules = [["true", "1"], ['"a"', "2"], ["> 5", "3"], ["-", "4"]]
    codes = {finding.code for finding in found(['s:string:"a","b"'], ["o"], rules, "FIRST")}
    assert codes == {"test_type"}


def test_expressions_of_another_type_than_declared_are_found_where_it_can_be_told(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("a", dmn.literal('"x" + b'), type_ref="number"),
        dmn.decision("b", dmn.literal("1 < c"), type_ref="string"),
        dmn.decision("c", dmn.literal("upper case(b)", 'typeRef="number"')),
        dmn.decision("fine", dmn.literal('date("2026-03-01")'), type_ref="dateTime"),
        dmn.decision("also fine", dmn.literal("if b then 1 else x"), type_ref="string").replace("d_also fine", "d_e"),
    )
    assert said(check(model), "output_type") == [
        "1 < c gives a boolean, where string is declared",
        "upper case(b) gives a string, where number is declared",
    ]


def test_a_knowledge_model_that_reads_a_variable_is_found(dmn: Any) -> None:
    model = dmn.model(dmn.knowledge("rate", {"x": "number"}, dmn.literal("x * factor + count([1])")))
    assert said(check(model), "unknown_name") == [
        "a knowledge model sees only its parameters and what it requires, not factor"
    ]


def test_outputs_outside_their_allowed_values_are_found(found: Any) -> None:
    findings = found(["n"], ['state:string:"open","closed"'], [["1", '"open"'], ["2", '"opne"'], ["3", "named(n)"]])
    assert said(findings, "output_value") == ['the entry "opne" is not among the values allowed for the output']


def test_findings_stand_at_their_lines_in_order(dmn: Any) -> None:
    table = dmn.table(["n:number"], ["o:number"], [["< 5", "1"], ["< 3", '"x"']]).replace("<rule", "\n<rule")
    findings = check(dmn.model(dmn.decision("d", table)))
    assert [(finding.code, finding.line) for finding in findings] == [("gap", 3), ("output_type", 5), ("overlap", 5)]
    assert findings[0].element == "t"


def test_tables_inside_contexts_and_functions_are_checked(dmn: Any) -> None:
    table = dmn.table(["vip:boolean"], ["o"], [["true", "1"]])
    context = f"<context><contextEntry><variable name='a'/>{table}</contextEntry></context>"
    model = dmn.model(dmn.decision("d", context), dmn.knowledge("k", {"vip": "boolean"}, table))
    assert [finding.code for finding in check(model)] == ["gap", "gap"]


def test_no_more_than_a_few_examples_are_given(found: Any) -> None:
    rules = [[f'"{letter}"', f'"{letter}"', "1"] for letter in "abcdefghij"]
    assert len(said(found(["s:string", "t:string"], ["o"], rules), "gap")) == 5


def test_a_large_table_is_checked(found: Any) -> None:
    rules = [[f"[{n}..{n + 1})", '"a"', "1"] for n in range(150)] + [["[0..100]", '"a"', "2"], ["-", "-", "3"]]
    findings = found(["a:number", "b:string"], ["o"], rules, "FIRST")
    assert [finding.parameters["rule"] for finding in findings] == ["151"]


def test_a_table_too_large_to_check_says_so(found: Any) -> None:
    rules = [[f"[{n}..{n + 9}]", f"[{n % 7}..{n % 50 + 9}]", "1"] for n in range(590)]
    assert said(found(["a:number", "b:number"], ["o"], rules), "checks_incomplete")


def test_many_tables_share_what_may_be_spent(dmn: Any) -> None:
    table = dmn.table(["a:number", "b:number"], ["o"], [[f"[{n}..{n + 9}]", f"{n % 7}", "1"] for n in range(400)])
    model = dmn.model(*(dmn.decision(f"d{n}", table) for n in range(8)))
    assert 0 < len(said(check(model), "checks_incomplete")) < 8


cells = st.sampled_from(["-", "< 1", "<= 1", "1", "[0..2)", "> 1", "not(1)", "2, 0"])
values = [D(-1), D(0), D("0.5"), D(1), D("1.5"), D(2), D(3)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4))
def test_gaps_and_overlaps_are_found_exactly_when_there_are_any(dmn_session: Any, rules: Any) -> None:
    dmn = dmn_session
    model = dmn.model(
        dmn.decision("d", dmn.table(["a:number", "b:number"], ["o"], [[*rule, "1"] for rule in rules], "COLLECT"))
    )
    hits = [len(dmn.ask(model, "d", a=a, b=b).value) for a in values for b in values]
    unique = dmn.model(dmn.decision("d", dmn.table(["a:number", "b:number"], ["o"], [[*rule, "1"] for rule in rules])))
    codes = {finding.code for finding in check(unique)}
    assert ("gap" in codes) == (0 in hits)
    assert ("overlap" in codes) == any(count > 1 for count in hits)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=5))
def test_a_rule_is_called_unreachable_exactly_when_no_input_gets_to_it(dmn_session: Any, rules: Any) -> None:
    dmn = dmn_session
    table = dmn.table(["a:number", "b:number"], ["o"], [[*rule, str(n)] for n, rule in enumerate(rules, 1)], "FIRST")
    model = dmn.model(dmn.decision("d", table))
    given_values = [*values, None]
    reached = {dmn.ask(model, "d", a=a, b=b).value for a in given_values for b in given_values} - {None}
    unreachable = {D(finding.parameters["rule"]) for finding in check(model) if finding.code == "unreachable_rule"}
    assert unreachable == {D(n) for n in range(1, len(rules) + 1)} - reached
