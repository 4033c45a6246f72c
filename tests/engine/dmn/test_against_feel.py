"""Tables and boxed expressions give what FEEL gives for the same thing written as one expression."""

import threading
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn.constants import NO_MOMENT
from engine.feel import compile_expression, compile_unary_tests

D = Decimal

CELLS = st.sampled_from(
    [
        *("-", "", "1", "-1, 2", "< 2", "[0..2)", "(0..2]", "not(1)", "not(< 0, 2)", "> x", "x", "? = x"),
        *('"a"', '"a", "b"', 'not("a")', '< "b"', "null", "not(null)", 'starts with(?, "a")', "1 + 1", "[1, 2]"),
    ]
)
VALUES = st.sampled_from(
    [None, D(-1), D(0), D("1.0"), D(2), 2, "a", "b", "ab", "", True, [], [D(1)], ["a"], {"a": D(1)}]
)


@settings(max_examples=300, deadline=None)
@given(cell=CELLS, value=VALUES, x=VALUES)
def test_a_cell_lets_pass_what_feels_unary_tests_do(dmn_session: Any, cell: Any, value: Any, x: Any) -> None:
    expected = compile_unary_tests(cell).matches(value, {"x": x}, NO_MOMENT).value is True
    table = dmn_session.table(["v"], ["o"], [[cell, "1"]])
    assert (dmn_session.ask_table(table, v=value, x=x).value == 1) == expected


@settings(max_examples=100, deadline=None)
@given(rules=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), a=VALUES, b=VALUES, x=VALUES)
def test_every_hit_policy_agrees_on_which_rules_match(dmn_session: Any, rules: Any, a: Any, b: Any, x: Any) -> None:
    dmn = dmn_session
    rows = [[*rule, str(number)] for number, rule in enumerate(rules, 1)]
    asked = {
        policy: dmn.ask_table(dmn.table(["a", "b"], ["o:number:[0..9]"], rows, policy), a=a, b=b, x=x)
        for policy in ("COLLECT", "FIRST", "UNIQUE", "ANY", "RULE ORDER", "PRIORITY", "OUTPUT ORDER")
    }
    hits = asked["COLLECT"].value
    scope = {"a": a, "b": b, "x": x}
    for number, (one, two) in enumerate(rules, 1):
        passes = [
            compile_unary_tests(cell).matches(scope[name], scope, NO_MOMENT).value is True
            for name, cell in (("a", one), ("b", two))
        ]
        assert (D(number) in hits) == all(passes)
    assert asked["FIRST"].value == (hits[0] if hits else None)
    assert asked["UNIQUE"].value == (hits[0] if len(hits) == 1 else None)
    assert (asked["UNIQUE"].error is None) == (len(hits) < 2)
    assert (asked["ANY"].error is None) == (len(set(hits)) < 2)
    assert asked["RULE ORDER"].value == (hits or None)
    assert sorted(asked["OUTPUT ORDER"].value or []) == sorted(hits)
    assert (asked["PRIORITY"].value in hits) == bool(hits)


EXPRESSIONS = st.sampled_from(
    ["v", "v + 1", "count(v)", "v > 1", "null", '"a"', "[1, v]", "{k: v}", "if v = 1 then 2 else v", "true"]
)


def boxed(dmn: Any, name: Any, source: Any, body: Any) -> Any:
    part = {"for": "return", "some": "satisfies", "every": "satisfies"}[name]
    return f'<{name} iteratorVariable="i"><in>{dmn.literal(source)}</in><{part}>{dmn.literal(body)}</{part}></{name}>'


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["for", "some", "every"]),
    items=st.lists(st.sampled_from(["1", "2", "null", '"a"', "v"]), max_size=3),
    body=st.sampled_from(["i", "i > 1", "i = v", "i = 1 or v", "null"]),
    v=VALUES,
)
def test_boxed_iterations_are_feels(dmn_session: Any, name: Any, items: Any, body: Any, v: Any) -> None:
    source = f"[{', '.join(items)}]"
    word = "return" if name == "for" else "satisfies"
    expected = compile_expression(f"{name} i in {source} {word} {body}").evaluate({"v": v}, NO_MOMENT).value
    assert dmn_session.ask_logic(boxed(dmn_session, name, source, body), v=v).value == expected


@settings(max_examples=150, deadline=None)
@given(
    items=st.lists(st.sampled_from(["1", "2", "3", "{n: 1}", "{n: 5}"]), max_size=4),
    v=st.sampled_from([D(1), D(2), D("1.5"), D(0), D(9)]),
)
def test_boxed_filters_are_feels(dmn_session: Any, items: Any, v: Any) -> None:
    source = f"[{', '.join(items)}]"
    for match in ("item > v", "n > v", "item = v", "true", "false", "v", "-v", "n != null and n > 1"):
        expected = compile_expression(f"{source}[{match}]").evaluate({"v": v}, NO_MOMENT).value
        logic = f"<filter><in>{dmn_session.literal(source)}</in><match>{dmn_session.literal(match)}</match></filter>"
        assert dmn_session.ask_logic(logic, v=v).value == expected, match


@settings(max_examples=100, deadline=None)
@given(condition=EXPRESSIONS, then=EXPRESSIONS, otherwise=EXPRESSIONS, v=VALUES)
def test_boxed_contexts_lists_and_conditionals_are_feels(
    dmn_session: Any, condition: Any, then: Any, otherwise: Any, v: Any
) -> None:
    lit = dmn_session.literal
    decided = compile_expression(f"if v = 1 then {then} else {otherwise}").evaluate({"v": v}, NO_MOMENT).value
    logic = f"<conditional><if>{lit('v = 1')}</if><then>{lit(then)}</then><else>{lit(otherwise)}</else></conditional>"
    assert dmn_session.ask_logic(logic, v=v).value == decided
    expected = compile_expression(f"{{c: {condition}, l: [c, {then}]}}").evaluate({"v": v}, NO_MOMENT).value
    entries = f"<contextEntry><variable name='c'/>{lit(condition)}</contextEntry>"
    entries += f"<contextEntry><variable name='l'/><list>{lit('c')}{lit(then)}</list></contextEntry>"
    assert dmn_session.ask_logic(f"<context>{entries}</context>", v=v).value == expected


def test_one_model_serves_many_threads(dmn: Any) -> None:
    table = dmn.table(["n:number"], ["o"], [["< 500", "n * 2"], [">= 500", "total + n"]])
    total = dmn.decision("total", dmn.literal("sum(for i in 1..n return i)"))
    model = dmn.model(total, dmn.decision("a", table, "decision:total"))
    wrong = []

    def work(start: Any) -> Any:
        for n in range(start, 1000, 8):
            expected = n * 2 if n < 500 else n * (n + 1) // 2 + n
            result = dmn.ask(model, "a", n=D(n))
            if result.value != expected or [one.name for one in result.trace] != ["total", "a"]:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(970, 978)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
