"""`test.measure`: the items of a circuit test that SNMP can measure, and null for those it cannot."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine import BpmnError

Run = Callable[..., dict[str, Any]]
GZ = {"id": "DEV-GZ-PE1", "label": "广州天河核心路由器 PE1"}


def test_each_item_has_a_result_in_its_order(run: Run, demo: Any) -> None:
    items = [
        {"metric": "throughput", "unit": "% of rate", "intrusive": True},
        {"metric": "rx_power", "unit": "dBm"},
        "alarm_free",
        {"metric": "loss", "unit": "%"},
    ]
    results = run("test.measure", demo.ports["device"], device=GZ, interface="GE0/0/1", items=items)["results"]
    assert [(r["metric"], r["value"], r["unit"]) for r in results] == [
        ("throughput", None, "% of rate"),
        ("rx_power", Decimal("-7.12"), "dBm"),
        ("alarm_free", 1, "1/0"),
        ("loss", None, "%"),
    ]
    assert {r["by"] for r in results} == {"adapter"}
    assert [r["time"] is None for r in results] == [True, False, False, True]


def test_a_healthy_interface_has_no_new_errors(run: Run, demo: Any) -> None:
    results = run("test.measure", demo.ports["device"], device=GZ, items=["interface_errors"], interval=1)["results"]
    assert [(r["value"], r["unit"]) for r in results] == [(0, "new errors")]


def test_nothing_to_measure_asks_no_device(run: Run, demo: Any) -> None:
    """Even a device that is not reachable: the manual items of a test must not wait for it."""
    assert run("test.measure", demo.ports["device"], device=GZ, items=[])["results"] == []
    assert run("test.measure", demo.ports["device"], device=GZ, items=["es_24h"])["results"][0]["value"] is None


@pytest.mark.parametrize("items", [[{"unit": "dBm"}], [3], "rx_power", None])
def test_wrong_items_are_named(run: Run, demo: Any, items: Any) -> None:
    with pytest.raises(BpmnError, match="variable items"):
        run("test.measure", demo.ports["device"], device=GZ, items=items)
