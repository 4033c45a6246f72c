"""`inventory.lookup` and the plain functions beside it, against the demo's real HTTP inventory."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine import BpmnError, Port
from engine.work.contract import SecretReference
from handlers import inventory

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def port(demo: Any) -> Port:
    found: Port = demo.ports["inventory"]
    return found


def test_a_circuit_by_id_is_flat_and_fits_a_reference(run: Run, port: Port) -> None:
    answer = run("inventory.lookup", port, kind="circuit", id={"id": "GD-P-0002", "label": "…"})
    assert answer["found"] is True
    assert answer["items"] == [answer["item"]]
    assert answer["item"] == {
        "id": "GD-P-0002",
        "label": "GD-P-0002 演示银行 广州–深圳 以太网专线",
        "name": "演示银行 广州–深圳 以太网专线",
        "state": "active",
        "customer": {"id": "C-1001", "label": "演示银行广东省分行"},
        "product": "Ethernet line",
        "rate": 1000,
        "scope": "intra",
        "sla_grade": "AAA",
        "customer_grade": "diamond",
        "unit": "GD",
        "ends": [
            {"id": "S-4001", "label": "广州天河演示大厦", "role": "a_end"},
            {"id": "S-4002", "label": "深圳福田演示中心", "role": "z_end"},
        ],
        "segments": [
            {"id": "SEG-GZ-A1", "label": "广州天河接入段"},
            {"id": "SEG-GD-T1", "label": "广深省内传输段"},
            {"id": "SEG-SZ-A1", "label": "深圳福田接入段"},
        ],
        "devices": [
            {"id": "DEV-GZ-PE1", "label": "广州天河核心路由器 PE1", "interface": "GE0/0/1"},
            {"id": "DEV-SZ-PE1", "label": "深圳福田核心路由器 PE1", "interface": "GE0/0/1"},
        ],
    }


@pytest.mark.parametrize(
    ("kind", "record_id", "field", "value"),
    [
        ("customer", "C-1002", "grade", "gold"),
        ("contact", "P-2005", "language", "en"),
        ("contract", "K-3001", "sla_grade", "AAA"),
        ("segment", "SEG-CN-T1", "kind", "inter"),
        ("resource", "R-5001", "state", "free"),
        ("device", "DEV-SZ-PE1", "unit", "GD-SZ"),
        ("site", "S-4001", "unit", "GD-GZ"),
    ],
)
def test_every_kind_has_id_label_and_its_own_fields(
    run: Run, port: Port, kind: str, record_id: str, field: str, value: str
) -> None:
    item = run("inventory.lookup", port, kind=kind, id=record_id)["item"]
    assert item["id"] == record_id
    assert item["label"]
    assert item[field] == value


def test_contacts_of_a_customer_with_a_role(run: Run, port: Port) -> None:
    answer = run(
        "inventory.lookup", port, kind="contact", filter={"customer": {"id": "C-1001", "label": "…"}, "role": "duty"}
    )
    assert answer["item"]["mail"] == "duty@bank.demo.example"
    both = run("inventory.lookup", port, kind="contact", filter={"customer": "C-1001"})
    assert both["item"] is None
    assert len(both["items"]) == 3


def test_a_text_is_found_inside_names_and_ids(run: Run, port: Port) -> None:
    assert [i["id"] for i in run("inventory.lookup", port, kind="customer", text="制造")["items"]] == ["C-1002"]
    assert [i["id"] for i in run("inventory.lookup", port, kind="circuit", text="cn-i")["items"]] == ["CN-I-0003"]
    assert len(run("inventory.lookup", port, kind="customer", text="演示", limit=Decimal(2))["items"]) == 2


@pytest.mark.parametrize("record_id", ["C-9999", "../customer/C-1001", "C-1001?limit=1", "C-1001/"])
def test_nothing_found_is_an_answer(run: Run, port: Port, record_id: str) -> None:
    assert run("inventory.lookup", port, kind="customer", id=record_id) == {"found": False, "item": None, "items": []}


@pytest.mark.parametrize("kind", ["customer", "circuit"])
@pytest.mark.parametrize("record_id", [".", ".."])
def test_an_id_of_dots_leads_nowhere_else(run: Run, script: Any, kind: str, record_id: str) -> None:
    with pytest.raises(BpmnError, match="another place"):
        run("inventory.lookup", script.port(), kind=kind, id=record_id)
    assert script.asked == []


@pytest.mark.parametrize("text", ["' OR 1=1 --", "&limit=100&text=", "%", "😀"])
def test_a_text_is_only_a_text(run: Run, port: Port, text: str) -> None:
    assert run("inventory.lookup", port, kind="customer", text=text)["items"] == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"kind": "password", "id": "1"}, "variable kind: one of customer, contact"),
        ({"id": "C-1001"}, "variable kind: a text is needed"),
        ({"kind": "customer"}, "one of the variables id, text and filter"),
        ({"kind": "customer", "text": "", "filter": {}}, "one of the variables id, text and filter"),
        ({"kind": "customer", "text": "a", "limit": 201}, "variable limit: a whole number from 1 to 200"),
        ({"kind": "customer", "filter": {"a": [1]}}, "variable filter: a needs a text"),
    ],
)
def test_a_wrong_variable_is_named(run: Run, port: Port, variables: dict[str, Any], words: str) -> None:
    with pytest.raises(BpmnError, match=words):
        run("inventory.lookup", port, **variables)


def test_search_and_get_serve_a_search_select(port: Port) -> None:
    assert [c["label"] for c in inventory.search("customer", "物流", 5, port)] == ["演示物流股份有限公司"]
    assert len(inventory.search("circuit", "", 4, port)) == 4
    found = inventory.get("circuit", "GD-L-0001", port)
    assert found is not None
    assert found["scope"] == "local"
    assert inventory.get("circuit", "none", port) is None


def test_a_wrong_token_is_an_account_to_correct(run: Run, port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_TOKEN", "guessed")
    wrong = replace(port, secrets={"token": SecretReference(env="TEST_TOKEN")})
    with pytest.raises(BpmnError, match="HTTP 401: the account in the ports file is not accepted") as caught:
        run("inventory.lookup", wrong, kind="customer", id="C-1001")
    assert "guessed" not in str(caught.value)
    with pytest.raises(BpmnError, match="HTTP 401"):
        run("inventory.lookup", replace(port, secrets={}), kind="customer", id="C-1001")
