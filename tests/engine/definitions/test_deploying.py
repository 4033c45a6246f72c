"""Deploying: versions, what makes a new one, what is refused, and that a refusal changes nothing."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import store
from engine.core.effects import Binding
from engine.core.spec import ProcessSpec
from engine.definitions import (
    DeployedCatalogue,
    DeployRefused,
    Resource,
    decision_of,
    definition,
    definition_xml,
    deploy,
    form_of,
    latest,
    process_spec,
)
from engine.errors import Invalid, NotFound
from engine.feel import Moment
from engine.work.jobs import resolve_incident
from tests.engine.factories import decision, diagram, end, flows, message, script, signal, start, timer, user
from tests.engine.house import MONDAY, House

FLOW = diagram(start("s"), user("u", "GD.crc.duty", form="f"), end("e"), flows("s u e"))
OTHER = diagram(start("s"), user("v", "GD.crc.duty", form="f"), end("e"), flows("s v e"))
FORM = ("f.form", json.dumps({"id": "f", "components": [{"type": "textfield", "key": "a", "label": "名"}]}).encode())
FORM2 = ("f.form", json.dumps({"id": "f", "components": [{"type": "number", "key": "a", "label": "名"}]}).encode())


def drawn(id: str, text: str, tag: str = "") -> str:  # noqa: A002 - DMN's own name
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    mark = f'<zeebe:versionTag xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" value="{tag}"/>' if tag else ""
    head = f"<extensionElements>{mark}</extensionElements>"
    return f'<decision id="{id}" name="{id}">{head}<variable name="{id}"/>{logic}</decision>'


def table(
    answer: str,
    *,
    id: str = "grade",  # noqa: A002 - DMN's own name
    namespace: str = "tests",
    head: str = "",
    cell: str = "",
    tag: str = "",
) -> bytes:
    """A DMN file of one decision that always gives a text."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="{namespace}">{head}
{drawn(id, cell or f'"{answer}"', tag)}
</definitions>""".encode()


def versions(house: House) -> list[tuple[str, str, int]]:
    return list(house.rows("SELECT kind, id, version FROM definitions ORDER BY key"))


def test_a_deployment_says_what_it_made(house: House) -> None:
    made = house.deploy(("flow.bpmn", FLOW), FORM, ("grade.dmn", table("A")))
    assert [(one.kind, one.id, one.version, one.resource, one.new) for one in made.definitions] == [
        ("process", "p", 1, "flow.bpmn", True),
        ("form", "f", 1, "f.form", True),
        ("decision", "grade", 1, "grade.dmn", True),
    ]
    assert made.deployed_at == MONDAY
    row = house.row("SELECT key, name, deployed_at, deployed_by FROM deployments")
    assert row == (made.key, "flow.bpmn", MONDAY, "system:engine")
    assert [data["id"] for (data,) in house.rows("SELECT data FROM history WHERE kind = 'deployed' ORDER BY key")] == [
        "p",
        "f",
        "grade",
    ]


def test_the_same_again_makes_no_new_version(house: House) -> None:
    first = house.deploy(("flow.bpmn", FLOW), FORM)
    again = house.deploy(("flow.bpmn", FLOW), FORM)
    assert [one.new for one in again.definitions] == [False, False]
    assert [one.key for one in again.definitions] == [one.key for one in first.definitions]
    assert again.key != first.key
    assert len(versions(house)) == 2


def test_what_an_older_version_was_makes_a_new_one(house: House) -> None:
    for content in (FLOW, OTHER, FLOW):
        house.deploy(("flow.bpmn", content), FORM)
    assert [version for kind, _, version in versions(house) if kind == "process"] == [1, 2, 3]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param([FORM2], id="form"),
        pytest.param([FORM, ("flow.en.yaml", b"u: Receive")], id="translation"),
    ],
)
def test_a_changed_form_or_translation_makes_a_new_version_of_the_process(
    house: House, changed: list[tuple[str, bytes]]
) -> None:
    house.deploy(("flow.bpmn", FLOW), FORM)
    house.deploy(("flow.bpmn", FLOW), *changed)
    assert [version for kind, _, version in versions(house) if kind == "process"] == [1, 2]


def test_a_process_deployed_without_its_unchanged_form_is_the_same(house: House) -> None:
    house.deploy(("flow.bpmn", FLOW), FORM)
    assert [one.new for one in house.deploy(("flow.bpmn", FLOW)).definitions] == [False]


def test_translations_are_kept_with_what_they_translate(house: House) -> None:
    made = house.deploy(("a/flow.bpmn", FLOW), ("a/flow.en.yaml", b"p: Flow\nu: Receive it\n"), FORM)
    with store.transaction() as session:
        assert definition(session, made.definitions[0].key).texts == {"p": "Flow", "u": "Receive it"}
        assert definition(session, made.definitions[1].key).texts == {}


def test_the_decisions_of_a_file_go_from_version_to_version_together(house: House) -> None:
    both = table("A").replace(b"</definitions>", drawn("other", "1").encode() + b"</definitions>")
    changed = both.replace(b'"A"', b'"B"')
    house.deploy(("grade.dmn", both))
    made = house.deploy(("grade.dmn", changed)).definitions
    assert [(one.id, one.version, one.new) for one in made] == [("grade", 2, True), ("other", 2, True)]
    assert len({one.drg_key for one in made}) == 1
    again = house.deploy(("grade.dmn", changed)).definitions
    assert [(one.drg_key, one.new) for one in again] == [(made[0].drg_key, False)] * 2


# Found again


def test_definitions_are_found_by_key_id_and_version(house: House) -> None:
    old = house.deploy(("flow.bpmn", FLOW), FORM).definitions[0]
    new = house.deploy(("flow.bpmn", OTHER), FORM).definitions[0]
    with store.transaction() as session:
        assert latest(session, "process", "p").key == new.key
        assert latest(session, "process", "p", 1).key == old.key
        assert definition_xml(session, old.key) == FLOW
        assert "v" in process_spec(session, new.key).elements
        assert process_spec(session, new.key) is process_spec(session, new.key)
        with pytest.raises(NotFound) as refused:
            latest(session, "process", "q")
        assert refused.value.code == "process_unknown"
        for find in (definition, definition_xml, process_spec, decision_of, form_of):
            with pytest.raises(NotFound):
                find(session, 5)


def test_forms_and_decisions_come_as_the_engine_needs_them(house: House) -> None:
    made = {one.kind: one.key for one in house.deploy(FORM, ("grade.dmn", table("A"))).definitions}
    with store.transaction() as session:
        assert form_of(session, made["form"])["components"][0]["key"] == "a"
        assert decision_of(session, made["decision"]).id == "grade"


def test_two_instances_of_one_specification_do_not_touch_each_other(house: House) -> None:
    specs: list[ProcessSpec] = []
    house.deploy(diagram(start("s"), user("u"), script("t", "n + 1", "m"), user("v"), end("e"), flows("s u t v e")))
    first, second = house.start(variables={"n": 1}), house.start(variables={"n": 10})
    with store.transaction() as session:
        specs += [process_spec(session, first.definition_key), process_spec(session, second.definition_key)]
    assert specs[0] is specs[1]
    house.rows(
        "UPDATE tasks SET element = element || CASE WHEN instance_key = :key THEN '1' ELSE '2' END", key=first.key
    )
    house.complete("u2")
    house.complete("u1")
    assert (house.variables(first.key)["m"], house.variables(second.key)["m"]) == (2, 11)


# Bindings


def catalogue(key: int, ask: Callable[[DeployedCatalogue], object]) -> object:
    with store.transaction() as session:
        return ask(DeployedCatalogue(session, key))


def test_a_binding_says_which_version_is_meant(house: House) -> None:
    one, grade1 = house.deploy(
        ("flow.bpmn", diagram(start("s"), end("e"), flows("s e"))), ("grade.dmn", table("A"))
    ).definitions
    house.deploy(("grade.dmn", table("B")))
    three, grade2 = house.deploy(
        ("flow.bpmn", diagram(start("x"), end("e"), flows("x e"))), ("grade.dmn", table("B"))
    ).definitions
    grade3 = house.deploy(("grade.dmn", table("C"))).definitions[0]
    at_deployment = Binding("deployment")
    assert grade3.version == 3
    assert catalogue(one.key, lambda c: c.key("decision", "grade", Binding())) == grade3.key
    assert catalogue(one.key, lambda c: c.key("decision", "grade", at_deployment)) == grade1.key
    # nothing of it changed in that deployment: what was there counts
    assert catalogue(three.key, lambda c: c.key("decision", "grade", at_deployment)) == grade2.key
    assert catalogue(one.key, lambda c: c.has_process("p", Binding()))
    assert not catalogue(one.key, lambda c: c.has_process("q", Binding()))
    assert catalogue(one.key, lambda c: c.decision("nobody", Binding())) is None
    assert catalogue(one.key, lambda c: c.form_key("f", Binding())) is None


def test_a_version_tag_means_the_newest_version_with_it(house: House) -> None:
    tagged = [
        house.deploy(
            ("f.form", json.dumps({"id": "f", "versionTag": tag, "components": [], "n": n}).encode())
        ).definitions[0]
        for n, tag in enumerate(["v1", "v1", "v2"])
    ]
    assert catalogue(0, lambda c: c.form_key("f", Binding("versionTag", "v1"))) == tagged[1].key
    assert catalogue(0, lambda c: c.form_key("f", Binding("versionTag", "v3"))) is None


def test_a_decision_has_the_tag_of_its_file(house: House) -> None:
    tagged = [
        house.deploy(("grade.dmn", table(answer, tag=tag))).definitions[0]
        for answer, tag in (("A", "2025"), ("B", "2025"), ("C", "2026"), ("D", ""))
    ]
    of_2025, of_2026 = Binding("versionTag", "2025"), Binding("versionTag", "2026")
    assert catalogue(0, lambda c: c.key("decision", "grade", of_2025)) == tagged[1].key
    assert catalogue(0, lambda c: c.key("decision", "grade", of_2026)) == tagged[2].key
    assert catalogue(0, lambda c: c.key("decision", "grade", Binding())) == tagged[3].key
    assert catalogue(0, lambda c: c.decision("grade", Binding("versionTag", "2027"))) is None


@pytest.mark.parametrize(
    ("binding", "answer"),
    [
        ("latest", "D"),
        ("deployment", "C"),
        ("versionTag", "B"),
    ],
)
def test_a_business_rule_task_asks_the_version_it_is_bound_to(house: House, binding: str, answer: str) -> None:
    asked = decision("d", "grade", binding=binding, tag="2025" if binding == "versionTag" else None)
    for answered, tag in (("A", "2025"), ("B", "2025")):
        house.deploy(("grade.dmn", table(answered, tag=tag)))
    flow = diagram(start("s"), asked, user("u"), end("e"), flows("s d u e"))
    house.deploy(("flow.bpmn", flow), ("grade.dmn", table("C", tag="2026")))
    house.deploy(("grade.dmn", table("D")))
    assert house.variables(house.start().key)["result"] == answer


def test_a_tag_nobody_has_is_an_incident_that_a_deployment_mends(house: House) -> None:
    asked = decision("d", "grade", binding="versionTag", tag="2027")
    house.deploy(diagram(start("s"), asked, user("u"), end("e"), flows("s d u e")))
    house.deploy(("grade.dmn", table("A", tag="2026")))
    key = house.start().key
    incident, code = house.row("SELECT key, code FROM incidents")
    assert code == "decision_tag_missing"
    house.deploy(("grade.dmn", table("B", tag="2027")))
    with store.transaction() as session:
        resolve_incident(session, incident)
    assert house.variables(key)["result"] == "B"


def using(namespace: str, id: str, imported: str, decides: str) -> bytes:  # noqa: A002 - DMN's own name
    """A DMN file of one decision that answers what a decision of another file does."""
    kind = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    head = f'<import namespace="{imported}" name="{imported}" importType="{kind}"/>'
    variable, need = f'<variable name="{id}"/>', f'<requiredDecision href="{imported}#{decides}"/>'
    return table("", id=id, namespace=namespace, head=head, cell=f"{imported}.{decides}").replace(
        variable.encode(), f"{variable}<informationRequirement>{need}</informationRequirement>".encode()
    )


USING = using("using", "top", "base", "grade")
OVER = using("over", "highest", "using", "top")


def answer(key: int) -> object:
    """What a decision says, read as a process that comes new to it reads it."""
    with store.transaction() as session:
        return decision_of(session, key).evaluate({}, Moment(MONDAY)).value


def test_a_table_that_imports_another_uses_the_one_deployed_with_it(house: House) -> None:
    first = house.deploy(("base.dmn", table("A", namespace="base")), ("top.dmn", USING)).definitions[1]
    house.deploy(("base.dmn", table("B", namespace="base")))
    second = house.deploy(("top.dmn", USING)).definitions[0]
    assert second.new
    assert [answer(one.key) for one in (first, second)] == ["A", "B"]


def test_a_chain_of_imports_follows_what_changed_at_its_end(house: House) -> None:
    chain = [("top.dmn", USING), ("over.dmn", OVER)]
    house.deploy(("base.dmn", table("A", namespace="base")), *chain)
    together = house.deploy(("base.dmn", table("B", namespace="base")), *chain).definitions
    assert [(one.new, answer(one.key)) for one in together] == [(True, "B")] * 3
    alone = [house.deploy(file).definitions[0] for file in reversed(chain)]
    assert [(one.new, one.key) for one in alone] == [(False, together[2].key), (False, together[1].key)]
    house.deploy(("base.dmn", table("C", namespace="base")))
    later = house.deploy(("over.dmn", OVER)).definitions[0]
    assert (later.new, answer(later.key)) == (True, "C")


def test_what_a_model_that_comes_along_imports_anew_is_found(house: House) -> None:
    house.deploy(("base.dmn", table("A", namespace="base")), ("top.dmn", USING), ("over.dmn", OVER))
    house.deploy(("other.dmn", table("D", namespace="other")))
    made = house.deploy(("top.dmn", using("using", "top", "other", "grade")), ("over.dmn", OVER)).definitions
    assert [answer(one.key) for one in made] == ["D", "D"]


def test_a_table_whose_import_is_missing_is_refused(house: House) -> None:
    assert refused(house, ("top.dmn", USING)) == [("dmn_import_missing", "top.dmn", "d")]


# What opens instances


def test_start_events_of_the_latest_version_wait(house: House) -> None:
    opening = diagram(
        start("m", message("fault.reported")),
        start("g", signal("storm")),
        start("t", timer(cycle="R3/PT1H")),
        start("d", timer(date="2026-12-01T00:00:00+08:00")),
        end("e"),
        flows("m e", "g e", "t e", "d e"),
    )
    key = house.deploy(opening).definitions[0].key
    rows = house.rows(
        "SELECT definition_key, element, kind, name, due_at, cycle, left_times FROM start_events ORDER BY element"
    )
    assert [row[1:4] for row in rows] == [
        ("d", "timer", None),
        ("g", "signal", "storm"),
        ("m", "message", "fault.reported"),
        ("t", "timer", None),
    ]
    assert {row[0] for row in rows} == {key}
    assert rows[3][4:] == (MONDAY + timedelta(hours=1), "R3/PT1H", 2)
    assert rows[0][4].isoformat() == "2026-11-30T16:00:00+00:00"
    assert rows[0][6] == 0
    house.deploy(diagram(start("m", message("other")), end("e"), flows("m e")))
    assert house.rows("SELECT element, name FROM start_events") == [("m", "other")]


# Refused


def refused(house: House, *files: tuple[str, bytes]) -> list[tuple[str, str, str]]:
    """The errors of a deployment: code, file, element. Nothing may have changed."""
    before = house.everything()
    with pytest.raises(DeployRefused) as error:
        house.deploy(*files)
    assert house.everything() == before
    return [(f.code, f.file, f.element) for f in error.value.findings if f.severity == "error"]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (("a.txt", b"x"), ("file_kind_unknown", "a.txt", "")),
        (("a.form", b"{"), ("form_not_json", "a.form", "")),
        (("a.form", b"[1]"), ("form_without_id", "a.form", "")),
        (("a.form", b'{"id": "f", "components": [1]}'), ("form_without_components", "a.form", "")),
        (("grade.en.yaml", b"a: b"), ("translation_without_file", "grade.en.yaml", "")),
        (("flow.en.yaml", b"a: {b: c}"), ("translation_not_flat", "flow.en.yaml", "")),
        (("flow.en.yaml", b"a: [b"), ("translation_not_yaml", "flow.en.yaml", "")),
        (("flow.en.yaml", b"a: 2026-13-01"), ("translation_not_yaml", "flow.en.yaml", "")),
        (("flow.en.yaml", b"a: !!bool perhaps"), ("translation_not_yaml", "flow.en.yaml", "")),
        (("flow.en.yaml", b"[" * 9999), ("translation_not_yaml", "flow.en.yaml", "")),
        (("flow.en.yaml", b"a: !!python/object/apply:os.getcwd []"), ("translation_not_yaml", "flow.en.yaml", "")),
        (("a.dmn", b"<definitions/>"), ("dmn_not_dmn", "a.dmn", "")),
    ],
)
def test_one_wrong_file_refuses_all(house: House, file: tuple[str, bytes], found: tuple[str, str, str]) -> None:
    assert found in refused(house, ("flow.bpmn", FLOW), FORM, file)


def test_a_diagram_is_refused_by_element_and_line(house: House) -> None:
    wrong = diagram(start("s"), script("t", "1 +", "m"), end("e"), flows("s t e"))
    with pytest.raises(DeployRefused) as error:
        house.deploy(("flow.bpmn", wrong))
    found = next(f for f in error.value.findings if f.severity == "error")
    assert (found.file, found.element) == ("flow.bpmn", "t")
    assert found.line


def test_an_external_entity_is_refused(house: House) -> None:
    entity = FLOW.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>', 1)
    assert refused(house, ("flow.bpmn", entity))


def test_one_id_in_two_files_is_refused(house: House) -> None:
    assert refused(house, ("a.bpmn", FLOW), ("b.bpmn", OTHER)) == [("id_in_two_files", "b.bpmn", "")]


def test_a_start_timer_that_has_no_time_is_refused(house: House) -> None:
    wrong = diagram(start("s", timer(duration='="la" + "ter"')), end("e"), flows("s e"))
    assert refused(house, ("p.bpmn", wrong)) == [("start_event_not_a_duration", "p.bpmn", "s")]


def test_nothing_is_nothing_to_deploy(house: House) -> None:
    with pytest.raises(Invalid) as error:
        house.deploy(("flow.en.yaml", b"a: b"))
    assert error.value.code == "nothing_to_deploy"


# At the same time


def test_deployments_at_once_make_different_versions(house: House) -> None:
    together = threading.Barrier(4)
    made: list[int] = []

    def run(n: int) -> None:
        content = diagram(start("s"), script("t", str(n), "m"), end("e"), flows("s t e"))
        other = diagram(start("s"), script("t", str(n), "m"), end("e"), flows("s t e"), process_id="q")
        files = [Resource("p.bpmn", content), Resource("q.bpmn", other)]
        with store.transaction() as session:
            together.wait(10)
            made.extend(one.version for one in deploy(session, files if n % 2 else files[::-1]).definitions)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [1, 1, 2, 2, 3, 3, 4, 4]
    newest = house.rows(
        "SELECT id, array_agg(version ORDER BY deployment_key) FROM definitions GROUP BY id ORDER BY id"
    )
    assert newest == [("p", [1, 2, 3, 4]), ("q", [1, 2, 3, 4])]


def test_a_chain_of_two_thousand_tasks_deploys_and_runs(house: House) -> None:
    names = [f"t{n}" for n in range(2000)]
    house.deploy(
        diagram(start("s"), *(script(name, "1", "m") for name in names), end("e"), flows(" ".join(["s", *names, "e"])))
    )
    assert house.start().state == "completed"
    assert house.value("SELECT count(*) FROM history WHERE kind = 'element_completed'") == 2002
