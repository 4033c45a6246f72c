"""Play mode asked without a browser: drafts and deployed things take part, steps are data, nothing is left behind."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.factories import decision, diagram, each, end, flows, script, service, start, user
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
ANALYST = "zhou.yu"
PLAY = "/models/processes/fault/play"
NOW = "2026-11-27T09:00:00+08:00"
BEGIN = {"do": "start", "variables": {}}


def played(visitor: Visitor, *steps: dict[str, Any], path: str = PLAY) -> Any:
    answer = visitor.send("POST", path, {"now": NOW, "steps": list(steps)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_the_deployed_process_is_played_with_its_form_and_no_case_comes_of_it(
    office: Office, visitor: Visiting
) -> None:
    before = office.everything()
    analyst = visitor(ANALYST)
    assert analyst.get(PLAY).status_code == 200
    told = played(analyst)
    assert told["cases"] == []
    assert told["starts"][0]["kind"] == "none"
    assert told["starts"][0]["form"] == "look"
    told = played(analyst, BEGIN)
    [case] = told["cases"]
    assert case["active"] == {"look": 1}
    [item] = case["waiting"]
    assert (item["kind"], item["name"], item["groups"]) == ("task", "查看", ["GD-GZ.crc.duty"])
    assert item["form"] == "look"
    told = played(analyst, BEGIN, {"do": "complete", "key": item["key"], "variables": {"reason": "x"}})
    assert told["cases"][0]["path"] == ["s", "查看"]
    assert told["cases"][0]["variables"]["reason"] == "x"
    assert office.everything() == before


def test_the_draft_is_played_with_its_warnings_and_incidents(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    draft = diagram(
        start("s"),
        script("sum", "amout + 1", "total"),
        service("measure", "test.measure"),
        end("e"),
        flows("s sum measure e"),
        process_id="fault",
    ).decode()
    analyst.send("PUT", "/models/processes/fault/draft", {"content": draft, "base": 1})
    [case] = played(analyst, {"do": "start", "variables": {"amount": 1}})["cases"]
    [warning] = case["warnings"]
    assert warning["element"] == "sum"
    assert "amount" in " ".join(warning["said"])
    key = case["waiting"][0]["key"]
    [case] = played(analyst, {"do": "start"}, {"do": "fail", "key": key, "message": "线路忙"})["cases"]
    assert [stuck["element"] for stuck in case["incidents"]] == ["measure"]
    # The version that is deployed is another story.
    assert played(analyst, BEGIN, path=f"{PLAY}?version=1")["cases"][0]["active"] == {"look": 1}


def test_a_decision_that_is_deployed_takes_part_and_its_rule_is_named(office: Office, visitor: Visiting) -> None:
    table = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
      <decision id="grade" name="等级"><decisionTable id="t" hitPolicy="FIRST">
      <input id="i" label="级"><inputExpression id="ie"><text>level</text></inputExpression></input>
      <output id="o" name="grade" /><rule id="r1"><inputEntry id="a"><text>&gt; 3</text></inputEntry>
      <outputEntry id="b"><text>"high"</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="c"><text>-</text></inputEntry><outputEntry id="e"><text>"low"</text></outputEntry>
      </rule></decisionTable></decision></definitions>"""
    office.deploy(("grade.dmn", table.encode()))
    draft = diagram(start("s"), decision("rate", "grade"), end("e"), flows("s rate e"), process_id="fault").decode()
    analyst = visitor(ANALYST)
    analyst.send("PUT", "/models/processes/fault/draft", {"content": draft, "base": 1})
    [case] = played(analyst, {"do": "start", "variables": {"level": 1}})["cases"]
    [decided] = case["decisions"]
    assert (decided["decision"], decided["output"], decided["rules"][0]["index"]) == ("等级", "low", 2)
    assert case["state"] == "completed"
    # An input that nobody gave is a null of the decision, told where it was asked.
    [case] = played(analyst, {"do": "start", "variables": {"levle": 1}})["cases"]
    [warning] = case["warnings"]
    assert (warning["element"], warning["expression"]) == ("rate", "grade")
    assert warning["said"] == ["没有变量 `level`，是否应为 `levle`？"]


def test_a_draft_with_errors_says_what_is_to_be_mended(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    broken = diagram(start("s"), script("sum", "1 +", "total"), end("e"), flows("s sum e"), process_id="fault").decode()
    analyst.send("PUT", "/models/processes/fault/draft", {"content": broken, "base": 1})
    answer = analyst.send("POST", PLAY, {"now": NOW, "steps": []})
    assert answer.status_code == 400
    assert answer.get_json()["findings"][0]["element"] == "sum"


def test_a_step_that_does_not_fit_is_left_out_and_told(visitor: Visiting) -> None:
    told = played(visitor(ANALYST, "en"), BEGIN, {"do": "complete", "key": 7})
    assert told["done"] == 1
    assert told["refused"]["message"]
    assert told["cases"][0]["active"] == {"look": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"now": NOW, "steps": 5},
        {"now": NOW, "steps": ["x"]},
        {"now": NOW, "steps": [{}] * 301},
        {"now": "then", "steps": []},
        {"now": "2026-01-01T00:00:00", "steps": []},
        {"now": 5},
        {},
    ],
)
def test_nonsense_is_refused(visitor: Visiting, body: dict[str, Any]) -> None:
    answer = visitor(ANALYST).send("POST", PLAY, body)
    assert answer.status_code == 400
    assert answer.get_json()["detail"]


def test_playing_is_for_analysts_and_for_processes(visitor: Visiting) -> None:
    body = {"now": NOW, "steps": []}
    assert visitor(None).send("POST", PLAY, body).status_code in (401, 403)
    assert visitor("li.na").send("POST", PLAY, body).status_code == 403
    assert visitor("li.na").get(PLAY).status_code == 403
    for path in (
        "/models/forms/look/play",
        "/models/processes/no/play",
        f"{PLAY}?version=9",
        f"{PLAY}?version=x",
    ):
        assert visitor(ANALYST).get(path).status_code == 404


def test_names_are_the_readers(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    analyst.client.set_cookie("trunkline_language", "en")
    [case] = played(analyst, BEGIN)["cases"]
    assert (case["name"], case["waiting"][0]["name"]) == ("Fault", "Look into it")


def test_a_crowd_of_items_is_cut_and_counted(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    many = diagram(
        start("s"),
        user("all", "GD-GZ.crc.duty", loop=each("=for i in 1..120 return i", "item")),
        end("e"),
        flows("s all e"),
        process_id="fault",
    ).decode()
    analyst.send("PUT", "/models/processes/fault/draft", {"content": many, "base": 1})
    [case] = played(analyst, BEGIN)["cases"]
    assert (len(case["waiting"]), case["left_out"]) == (100, 20)


def test_a_form_is_drawn_as_people_will_see_it_and_checked_with_the_same_words(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    drawn = analyst.send("POST", f"{PLAY}/form", {"form": "look", "values": {"minutes": 99}, "data": {"reason": "雨"}})
    told = drawn.get_json()
    assert 'data-key="reason"' in told["html"]
    assert {finding["element"] for finding in told["findings"]} == {"minutes", "reason"}
    good = {"form": "look", "values": {"reason": "雨", "minutes": 5}, "data": {}}
    assert analyst.send("POST", f"{PLAY}/form", good).get_json()["findings"] == []
    assert analyst.send("POST", f"{PLAY}/form", {**good, "form": "no"}).status_code == 404
    assert analyst.send("POST", f"{PLAY}/form", {**good, "values": []}).status_code == 400
    assert visitor("li.na").send("POST", f"{PLAY}/form", good).status_code == 403
