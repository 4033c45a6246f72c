"""The runner of the TCK, and the kit itself where it lies beside the repository."""

import io
from typing import Any

import pytest

from engine.dmn import tck

# What the kit expects of Java cannot be had; an error is the right answer.
JAVA = "0076-feel-external-java"

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>m.dmn</modelName>{cases}
</testCases>"""


def case(number: Any, name: Any, expected: Any, inputs: Any = "") -> Any:
    node = f'<resultNode name="{name}"><expected>{expected}</expected></resultNode>'
    return f'<testCase id="{number}">{inputs}{node}</testCase>'


@pytest.fixture
def folder(dmn: Any, tmp_path: Any) -> Any:
    """A kit of one model; `write` adds its cases."""

    def write(logic: Any, *cases: Any) -> Any:
        (tmp_path / "m.dmn").write_bytes(dmn.definitions(dmn.decision("a", dmn.literal(logic))))
        (tmp_path / "m-test.xml").write_text(CASES.format(cases="".join(cases)))
        return tmp_path

    return write


def run(folder: Any) -> Any:
    out = io.StringIO()
    failed = tck.run(folder, out)
    return failed, out.getvalue().splitlines()


def test_failures_are_printed_and_last_the_sum(folder: Any) -> None:
    good, bad = (
        case(1, "a", '<value xsi:type="xsd:decimal">2</value>'),
        case(2, "a", '<value xsi:type="xsd:decimal">3</value>'),
    )
    failed, lines = run(folder("1 + 1", good, bad, case(3, "b", "<value/>")))
    assert failed == 1
    assert lines == [
        "m-test.xml 2: a: expected 3, got 2",
        "m-test.xml 3: b: there is no such decision",
        "1 passed, 2 failed",
    ]


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        ("1/3", '<value xsi:type="xsd:double">0.33333333</value>'),
        ("not(x)", '<value xsi:type="xsd:boolean">false</value>'),
        ('"a b"', "<value>a b</value>"),
        ("null", '<value xsi:nil="true"/>'),
        ('date("2026-03-01")', '<value xsi:type="xsd:date">2026-03-01</value>'),
        ('time("10:00:00Z")', '<value xsi:type="xsd:time">10:00:00Z</value>'),
        ('duration("PT90M")', '<value xsi:type="xsd:duration">PT1H30M</value>'),
        (
            "[1, x]",
            "<list><item><value xsi:type='xsd:decimal'>1</value></item>"
            "<item><value xsi:type='xsd:boolean'>true</value></item></list>",
        ),
        (
            "{a: {b: 1}}",
            "<component name='a'><component name='b'><value xsi:type='xsd:decimal'>1.0</value></component></component>",
        ),
    ],
)
def test_values_are_read_and_compared(folder: Any, logic: Any, expected: Any) -> None:
    given = '<inputNode name="x"><value xsi:type="xsd:boolean">true</value></inputNode>'
    assert run(folder(logic, case(1, "a", expected, given))) == (0, ["1 passed, 0 failed"])
    assert run(folder('"something else"', case(1, "a", expected, given)))[0] == 1


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        ("[1]", "<list/>"),
        ("{a: 1, b: 2}", "<component name='a'><value xsi:type='xsd:decimal'>1</value></component>"),
        ("1", "<value>1</value>"),
        ("1.00000002", '<value xsi:type="xsd:decimal">1</value>'),
    ],
)
def test_what_is_nearly_the_same_is_not(folder: Any, logic: Any, expected: Any) -> None:
    assert run(folder(logic, case(1, "a", expected)))[0] == 1


def test_a_model_that_is_refused_fails_its_cases(folder: Any) -> None:
    kit = folder("1", case(1, "a", "<value/>"))
    (kit / "m.dmn").write_text("<definitions/>")
    failed, lines = run(kit)
    assert (failed, "the model was refused" in lines[0]) == (1, True)
    (kit / "m.dmn").unlink()
    assert run(kit)[1][0] == "m-test.xml 1: the model cannot be read: No such file or directory"


def test_files_that_are_no_cases(folder: Any) -> None:
    kit = folder("1", case(1, "a", '<value xsi:type="xsd:decimal">1</value>'))
    (kit / "other.xml").write_text("<other/>")
    assert run(kit) == (0, ["1 passed, 0 failed"])
    (kit / "broken.xml").write_text("<other>")
    failed, lines = run(kit)
    assert (failed, lines[0].startswith("broken.xml ?: this is not well-formed XML")) == (1, True)


def test_services_and_knowledge_models_are_invoked_by_name(dmn: Any, tmp_path: Any) -> None:
    outputs = '<outputDecision href="#d_a"/><outputDecision href="#d_b"/>'
    service = f'<decisionService id="s" name="both">{outputs}</decisionService>'
    elements = dmn.decision("a", dmn.literal("1")), dmn.decision("b", dmn.literal("2")), service
    function = dmn.knowledge("double", {"n": "number"}, dmn.literal("n * 2"))
    (tmp_path / "m.dmn").write_bytes(dmn.definitions("".join(elements) + function))
    given = '<inputNode name="n"><value xsi:type="xsd:decimal">4</value></inputNode>'
    calls = [
        case(1, "b", '<value xsi:type="xsd:decimal">2</value>').replace(
            ">", ' invocableName="both" type="decisionService">', 1
        ),
        case(2, "double", '<value xsi:type="xsd:decimal">8</value>', given).replace(
            ">", ' invocableName="double" type="bkm">', 1
        ),
        case(3, "double", '<value xsi:type="xsd:decimal">8</value>', given),
    ]
    (tmp_path / "m-test.xml").write_text(CASES.format(cases="".join(calls)))
    assert run(tmp_path) == (0, ["3 passed, 0 failed"])


def test_the_kit_passes_but_for_java(kit: Any) -> None:
    failures = [line for line in run(kit)[1][:-1] if JAVA not in line]
    assert failures == []


def test_the_kit_is_whole(kit: Any) -> None:
    assert run(kit)[1][-1].startswith("1454 passed")
