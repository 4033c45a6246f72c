"""Documents by pages and API: kept once, read by their owner and whoever sees the case, refused by size and type."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.work import documents
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
PDF = b"%PDF-1.7 report"


def hand_in(person: Visitor, content: bytes = PDF, name: str = "报告.pdf", kind: str = "application/pdf") -> Any:
    return person.client.post(
        "/documents",
        data={"file": (io.BytesIO(content), name, kind)},
        headers={"Accept": "application/json", "X-CSRF-Token": person.word()},
    )


def test_a_document_comes_back_as_a_download(visitor: Visiting, tmp_path: Path) -> None:
    person = visitor("li.na")
    reference = hand_in(person).get_json()
    assert reference["camunda.document.type"] == "camunda"
    assert reference["metadata"] | {"size": 0} == {
        "contentType": "application/pdf",
        "fileName": "报告.pdf",
        "expiresAt": None,
        "size": 0,
        "processDefinitionId": None,
        "processInstanceKey": None,
        "customProperties": {},
    }
    answer = person.get(f"/documents/{reference['documentId']}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    kept = tmp_path / "documents" / reference["contentHash"][:2] / reference["contentHash"]
    assert kept.read_bytes() == PDF


def test_only_its_owner_reads_it_until_a_case_has_it(office: Office, visitor: Visiting, case: int, task: int) -> None:
    owner, colleague, foreigner = visitor("li.na"), visitor("liu.yang"), visitor("guo.jing")
    reference = hand_in(owner).get_json()
    path = f"/documents/{reference['documentId']}"
    assert [one.get(path).status_code for one in (owner, colleague, foreigner)] == [200, 404, 404]
    owner.post(f"/tasks/{task}/claim")
    done = owner.send("POST", f"/tasks/{task}/complete", {"reason": "断纤", "report": [reference]})
    assert done.status_code == 200
    assert [one.get(path).status_code for one in (owner, colleague, foreigner)] == [200, 200, 404]


def test_nobody_takes_anothers_document_into_a_case(office: Office, visitor: Visiting, task: int) -> None:
    reference = hand_in(visitor("guo.jing")).get_json()
    thief = visitor("li.na")
    thief.post(f"/tasks/{task}/claim")
    thief.send("POST", f"/tasks/{task}/complete", {"reason": "x", "report": [reference]})
    assert thief.get(f"/documents/{reference['documentId']}").status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"<script>", "text/html", 400), (b"x", "image/svg+xml", 400), (b"", "text/plain", 200)],
)
def test_types_are_those_people_attach(visitor: Visiting, content: bytes, kind: str, status: int) -> None:
    assert hand_in(visitor("li.na"), content, "a.bin", kind).status_code == status


def test_too_large_is_told(visitor: Visiting) -> None:
    answer = hand_in(visitor("li.na"), b"x" * (documents.LARGEST + 1))
    assert answer.status_code == 413
    assert "8 MB" in answer.get_json()["detail"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\temp\\evil.pdf", "..", ""])
def test_a_name_is_only_a_name(visitor: Visiting, name: str) -> None:
    person = visitor("li.na")
    reference = hand_in(person, name=name or "x").get_json()
    kept = reference["metadata"]["fileName"]
    assert not set("/\\\r\n") & set(kept)
    answer = person.get(f"/documents/{reference['documentId']}")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")


def upload(office: Office, who: str, metadata: Any = None, query: str = "") -> Any:
    data: dict[str, Any] = {"file": (io.BytesIO(PDF), "r.pdf", "application/pdf")}
    if metadata is not None:
        data["metadata"] = json.dumps(metadata)
    return office.ask(who, "POST", f"/v2/documents{query}", data=data, content_type="multipart/form-data")


def test_the_api_keeps_fetches_and_forgets(office: Office, visitor: Visiting, tmp_path: Path) -> None:
    made = upload(office, "clerk", {"fileName": "名.pdf", "customProperties": {"a": 1}, "size": 5}, "?documentId=mine")
    assert (made.status, made.body["documentId"], made.body["metadata"]["fileName"]) == (201, "mine", "名.pdf")
    assert upload(office, "clerk", None, "?documentId=mine").status == 409
    broken = upload(office, "clerk", {"fileName": "a\r\nSet-Cookie: x"}, "?documentId=broken")
    assert broken.body["metadata"]["fileName"] == "aSet-Cookie: x"
    assert office.ask("clerk", "DELETE", "/v2/documents/broken").status == 204
    assert office.ask("clerk", "GET", "/v2/documents/mine").body == PDF
    assert office.ask("clerk", "GET", "/v2/documents/mine?contentHash=0").status == 400
    assert office.ask("colleague", "GET", "/v2/documents/mine").status == 404
    twin = upload(office, "clerk").body["documentId"]
    assert office.ask("clerk", "DELETE", "/v2/documents/mine").status == 204
    assert office.ask("clerk", "GET", f"/v2/documents/{twin}").body == PDF
    assert office.ask("clerk", "DELETE", f"/v2/documents/{twin}").status == 204
    assert not [file for file in (tmp_path / "documents").rglob("*") if file.is_file()]


def test_the_api_takes_no_document_for_a_case_one_does_not_see(office: Office, visitor: Visiting, case: int) -> None:
    assert upload(office, "foreigner", {"processInstanceKey": str(case)}).status == 404
    assert upload(office, "clerk", {"processInstanceKey": str(case)}).status == 201
    assert upload(office, "clerk", {"expiresAt": "soon"}).status == 400
    assert upload(office, "clerk", None, "?storeId=elsewhere").status == 404
