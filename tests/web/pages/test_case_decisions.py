"""The tab of a case's decisions: every evaluation with its table, the rules that matched lit, to whom it is shown."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import start as start_instance
from tests.engine.factories import decision, diagram, end, flows, start, user
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels" name="levels" namespace="tests">'
HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;"
DMN = f"""{HEAD}
  <decision id="size" name="规模"><variable name="size"/>
    <literalExpression id="le"><text>users / 10</text></literalExpression>
  </decision>
  <decision id="level" name="故障级别">
    <informationRequirement id="ir"><requiredDecision href="#size"/></informationRequirement>
    <decisionTable id="t" hitPolicy="UNIQUE">
      <input id="i" label="影响规模"><inputExpression id="ie"><text>size</text></inputExpression></input>
      <input id="j" label="{HOSTILE}"><inputExpression id="je"><text>note</text></inputExpression></input>
      <output id="o" name="level" label="级别"/><output id="q" name="limit" label="时限"/>
      <annotation name="source"/><annotation name="{HOSTILE}"/>
      <rule id="r1">
        <inputEntry id="a"><text>&lt; 10</text></inputEntry><inputEntry id="aa"><text>-</text></inputEntry>
        <outputEntry id="b"><text>"minor"</text></outputEntry><outputEntry id="bb"><text>8</text></outputEntry>
        <annotationEntry><text>D</text></annotationEntry>
      </rule>
      <rule id="r2">
        <inputEntry id="c"><text>[5..100]</text></inputEntry><inputEntry id="cc"><text></text></inputEntry>
        <outputEntry id="d"><text>"major"</text></outputEntry><outputEntry id="dd"><text>4</text></outputEntry>
        <annotationEntry><text>P S1</text></annotationEntry><annotationEntry><text>{HOSTILE}</text></annotationEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""
ENGLISH = b"level: Fault level\nsize: Size\ni: Extent\no: Level\n"
ROW = re.compile(r"<tr( class=\"is-lit\")?><th scope=\"row\"[^>]*>(\d+)(.*?)</tr>", re.DOTALL)


def asking(decision_id: str) -> bytes:
    """A process that asks a decision and then waits in Guangzhou."""
    return diagram(
        start("s"),
        decision("d", decision_id, name="定级"),
        user("u", "GD-GZ.crc.duty"),
        end("e"),
        flows("s d u e"),
        process_id="graded",
        unit='="GD-GZ"',
        starters="*.crc.duty",
    )


@pytest.fixture
def graded(office: Office, visitor: Visiting) -> Callable[..., str]:
    """Deploys a DMN file, starts a case that asks one of its decisions; the address of the tab."""

    def starting(decision_id: str = "level", dmn: str = DMN, **variables: Any) -> str:
        files = (("levels.dmn", dmn.encode()), ("levels.en.yaml", ENGLISH))
        office.deploy(("graded.bpmn", asking(decision_id)), *(files if dmn is DMN else files[:1]))
        with store.transaction() as session, acting(principal_of(session, "li.na")):
            key = start_instance(session, process_id="graded", variables=variables).key
        return f"/cases/{key}?tab=decisions"

    return starting


def long_table(rules: int) -> str:
    rows = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>{n}</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>"out {n}"</text></outputEntry></rule>'
        for n in range(1, rules + 1)
    )
    table = (
        '<decisionTable id="t" hitPolicy="COLLECT" aggregation="COUNT"><input id="i">'
        f'<inputExpression id="ie"><text>users</text></inputExpression></input><output id="o"/>{rows}</decisionTable>'
    )
    return f'{HEAD}<decision id="long" name="长表">{table}</decision></definitions>'


def rows_of(page: str) -> list[tuple[bool, int, str]]:
    """Each rule that is shown: lit or not, its number, its cells."""
    return [(bool(lit), int(index), rest) for lit, index, rest in ROW.findall(page)]


def test_the_whole_table_is_shown_and_the_rule_that_matched_is_lit(visitor: Visiting, graded: Any) -> None:
    page = visitor("li.na").text(graded(users=20, note="x"))
    first, second = rows_of(page)
    assert (first[0], first[1], second[0], second[1]) == (True, 1, False, 2)
    # Told in a word too, not by colour alone.
    assert "匹配</span>" in first[2]
    assert "匹配" not in second[2]
    assert "&lt; 10" in first[2]
    assert "任意" in first[2]
    for told in (
        "故障级别",
        "影响规模",
        "级别",
        "时限",
        "命中策略 UNIQUE",
        "1/2 条规则匹配",
        "来源",
        "P S1",
        "环节“定级”",
    ):
        assert told in page


def test_what_was_given_and_what_came_out_are_told(visitor: Visiting, graded: Any) -> None:
    page = visitor("li.na").text(graded(users=20, note="断纤"))
    assert "<dt>影响规模</dt><dd>2</dd>" in page
    assert "<dd>断纤</dd>" in page
    assert "<dt>级别</dt><dd>minor</dd><dt>时限</dt><dd>8</dd>" in page


def test_decisions_on_the_way_stand_below_the_one_asked_for(visitor: Visiting, graded: Any) -> None:
    page = visitor("li.na").text(graded(users=20, note="x"))
    assert page.index("故障级别") < page.index("中间决策") < page.index(">规模<")
    assert "表达式" in page
    assert page.count("<table class=") == 1


def test_it_speaks_english(visitor: Visiting, graded: Any) -> None:
    person = visitor("li.na")
    person.client.set_cookie("trunkline_language", "en")
    page = person.text(graded(users=20, note="x"))
    for told in (
        "Decisions",
        "Fault level",
        "Extent",
        "Level",
        "Match</span>",
        "Hit policy UNIQUE",
        "Source",
        ">Size<",
    ):
        assert told in page


def test_one_that_failed_says_why_and_lights_the_rules_in_conflict(visitor: Visiting, graded: Any) -> None:
    page = visitor("li.na").text(graded(users=60, note="x"))
    assert "没有给出结果" in page
    assert "规则 1, 2 同时匹配" in page
    assert [row[:2] for row in rows_of(page)] == [(True, 1), (True, 2)]
    # The decision below it was good.
    assert ">规模<" in page


def test_no_rule_matches(visitor: Visiting, graded: Any) -> None:
    page = visitor("li.na").text(graded(users=5000, note="x"))
    assert [row[:2] for row in rows_of(page)] == [(False, 1), (False, 2)]
    assert "0/2 条规则匹配" in page
    assert "空（没有值）" in page


def test_labels_cells_and_values_stay_text(visitor: Visiting, graded: Any) -> None:
    page = visitor("li.na").text(graded(users=20, note="<img src=x onerror=alert(2)>"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    # The label above the table and in it, its annotation column and that column's cell.
    assert page.count(HOSTILE) == 4
    assert "&lt;img src=x" in page


def test_only_who_sees_the_case_sees_its_decisions(visitor: Visiting, graded: Any) -> None:
    address = graded(users=20, note="x")
    assert visitor("wu.gang").get(address).status_code == 200
    elsewhere = visitor("guo.jing").get(address)
    assert elsewhere.status_code == 404
    assert "故障级别" not in elsewhere.get_data(as_text=True)
    assert visitor().get(address).status_code == 302


def test_a_case_that_has_decided_nothing_says_so(visitor: Visiting, case: int) -> None:
    assert "还没有作过决策" in visitor("li.na").text(f"/cases/{case}?tab=decisions")


def test_a_case_keeps_the_table_it_was_decided_by(office: Office, visitor: Visiting, graded: Any) -> None:
    address = graded(users=20, note="x")
    office.deploy(("levels.dmn", DMN.replace('"minor"', '"small"').encode()))
    cells = rows_of(visitor("li.na").text(address))[0][2]
    assert "&#34;minor&#34;" in cells
    assert "small" not in cells


def test_a_long_table_shows_what_is_near_a_match_until_asked_for_as_a_whole(visitor: Visiting, graded: Any) -> None:
    person = visitor("li.na")
    address = graded("long", long_table(60), users=30)
    page = person.text(address)
    assert [row[:2] for row in rows_of(page)] == [(n == 30, n) for n in range(28, 33)]
    assert "略去 27 条未匹配的规则" in page
    assert "略去 28 条未匹配的规则" in page
    assert "命中策略 COLLECT COUNT" in page
    whole = re.search(r'href="([^"]+whole=[^"]+)"', page)
    assert whole is not None
    page = person.text(whole[1].replace("&amp;", "&"))
    assert [row[:2] for row in rows_of(page)] == [(n == 30, n) for n in range(1, 61)]
    assert "略去" not in page


def test_a_long_table_without_a_match_shows_how_it_begins(visitor: Visiting, graded: Any) -> None:
    page = visitor("li.na").text(graded("long", long_table(41), users=99))
    assert [row[1] for row in rows_of(page)] == [1, 2, 3, 4, 5]
    assert "略去 36 条" in page


def test_a_table_in_a_context_is_lit_too(visitor: Visiting, graded: Any) -> None:
    inner = DMN[DMN.index("<decisionTable") : DMN.index("</decisionTable>")] + "</decisionTable>"
    entry = f'<contextEntry id="ce"><variable id="cv" name="graded"/>{inner}</contextEntry>'
    dmn = f'{HEAD}<decision id="box" name="盒子"><context id="c">{entry}</context></decision></definitions>'
    page = visitor("li.na").text(graded("box", dmn, size=2, note="x"))
    assert "上下文" in page
    # What it holds is told by name, and a short value in it as it is.
    assert "<dt>graded</dt>" in page
    assert "&#34;level&#34;:&#34;minor&#34;" in page
    assert [row[:2] for row in rows_of(page)] == [(True, 1), (False, 2)]


def test_older_evaluations_are_on_another_page(office: Office, visitor: Visiting, graded: Any) -> None:
    address = graded(users=20, note="x")
    copied = ", ".join(
        column.column_name
        for column in office.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'decision_instances'"
            " AND column_name NOT IN ('key', 'evaluation_key') ORDER BY ordinal_position"
        )
    )
    with store.transaction() as session:
        session.connection().exec_driver_sql(
            f"INSERT INTO decision_instances (key, evaluation_key, {copied})"
            f" SELECT key + 100 * n, evaluation_key + 100 * n, {copied}"
            " FROM decision_instances, generate_series(1, 11) n"
        )
    person = visitor("li.na")
    page = person.text(address)
    assert page.count("环节“定级”") == 10
    older = re.search(r'href="([^"]+before=\d+)"', page)
    assert older is not None
    assert person.text(older[1].replace("&amp;", "&")).count("环节“定级”") == 2
    assert person.get(f"{address}&before=x").status_code == 404
