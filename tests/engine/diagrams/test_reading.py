"""Whatever is sent as a BPMN file: it is read safely, or refused with the reason, and nothing is fetched."""

import socket

import pytest

from engine.diagrams import DiagramError, Limits, lint, parse
from engine.texts import words
from tests.engine.factories import OPENING, diagram, end, flows, start, sub, task

SOUND = diagram(start("s"), end("e"), flows("s e"))


def refusal(data: bytes, limits: Limits | None = None) -> str:
    """The code of the only finding a file is refused with; it has words in both languages."""
    with pytest.raises(DiagramError) as caught:
        parse(data, "bad.bpmn", limits)
    assert (caught.value.code, caught.value.parameters) == ("diagram_refused", {"file": "bad.bpmn"})
    (finding,) = caught.value.findings
    assert (finding.file, finding.severity) == ("bad.bpmn", "error")
    assert words(finding, "zh") != words(finding, "en")
    assert lint(data, "bad.bpmn") == [finding] or limits
    return finding.code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<definitions",
        b"PK\x03\x04\x00\x00",
        SOUND[:-20],
        SOUND.replace("流程".encode(), b"\xff\xfe\xfa"),
        SOUND.replace(b"UTF-8", b"no-such-encoding"),
        SOUND.replace("流程".encode(), b"&unknown;"),
        SOUND.replace("流程".encode(), b"\x00"),
    ],
)
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    assert refusal(data) == "bpmn_not_xml"


def test_xml_of_another_kind_is_refused() -> None:
    assert refusal(b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>') == "bpmn_not_bpmn"
    assert refusal(b"<html/>") == "bpmn_not_bpmn"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY name SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY name "text">]>',
        '<!DOCTYPE x [<!ENTITY name SYSTEM "http://127.0.0.1:{port}/x.xml">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % more SYSTEM "http://127.0.0.1:{port}/x.dtd"> %more;]>',
    ],
)
@pytest.mark.parametrize("place", ["<bpmn:startEvent", ' name="流程"'])
def test_a_document_type_is_refused_and_nothing_is_fetched(declaration: str, place: str) -> None:
    use = "&name;" if "name" in declaration else ""
    text = SOUND.decode().replace(place, f"{use}{place}" if place[0] == "<" else f' name="{use}"')
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        declared = declaration.replace("{port}", str(listening.getsockname()[1]))
        assert refusal(text.replace("?>\n", f"?>\n{declared}").encode()) == "bpmn_has_dtd"
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_entities_that_grow_without_end_are_refused() -> None:
    grow = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    text = SOUND.decode().replace("?>\n", f'?>\n<!DOCTYPE x [<!ENTITY a0 "ha">{grow}]>').replace("流程", "&a11;")
    with pytest.raises(DiagramError):
        parse(text.encode(), "bomb.bpmn")


def nested(levels: int) -> bytes:
    inner = task("t")
    for level in range(levels):
        inner = sub(f"b{level}", inner)
    return diagram(inner)


def test_depth_is_bounded_by_the_setting_and_by_the_library() -> None:
    assert parse(nested(190), "deep.bpmn").processes
    assert refusal(nested(200)) == "bpmn_too_deep"
    assert refusal(nested(20), Limits(depth=15)) == "bpmn_too_deep"
    assert refusal(nested(5000)) == "bpmn_too_deep"


def test_size_is_bounded() -> None:
    assert refusal(SOUND, Limits(size=len(SOUND) - 1)) == "bpmn_too_large"
    assert parse(SOUND, "p.bpmn", Limits(size=len(SOUND)))


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_other_encodings_are_read(encoding: str) -> None:
    data = SOUND.decode().replace("UTF-8", encoding).encode(encoding)
    assert parse(data, "p.bpmn").texts["p"] == "流程"


def test_comments_and_processing_instructions_say_nothing() -> None:
    data = SOUND.replace(b"<bpmn:startEvent", b"<!-- here --><?tool does this?><bpmn:startEvent")
    assert list(parse(data, "p.bpmn").processes[0].elements) == ["p", "s", "e"]


def test_a_file_without_an_executable_process_is_refused() -> None:
    data = SOUND.replace(b'isExecutable="true"', b'isExecutable="false"')
    assert [finding.code for finding in lint(data, "p.bpmn")] == ["bpmn_no_process", "bpmn_not_executable"]
    assert refusal(f"{OPENING}</bpmn:definitions>".encode()) == "bpmn_no_process"
