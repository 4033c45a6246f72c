"""Topic `test.measure`: the items of a circuit test (C2) that SNMP can measure; value null for all others."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine import Handler, Job, Port
from handlers import variables
from handlers.answers import never
from handlers.device.devices import find_device
from handlers.device.metrics import known_metrics, metric
from handlers.device.reading import read
from handlers.device.snmp_get import LONGEST_INTERVAL_S, REFERENCE, interface_name, interval


def measure(job: Job, port: Port) -> dict[str, Any]:
    """One result for each item, in their order; null for what SNMP cannot measure, which judges as inconclusive."""
    device = find_device(variables.reference(job, "device"), job, port)
    items = [_item(item, number) for number, item in enumerate(variables.sequence(job, "items"), start=1)]
    index = device.interface_index(interface_name(job))
    # Profiles of tests list items for every adapter; an unknown one is somebody else's and not a mistake here.
    measurable = known_metrics(device, port)
    metrics = [
        metric(name, device, port, index)
        for name in dict.fromkeys(item["metric"] for item in items)
        if name in measurable
    ]
    values = read(device, metrics, interval(job, port), job, port) if metrics else {}
    return {"results": [_result(item, values.get(item["metric"])) for item in items]}


def _item(item: Any, number: int) -> dict[str, Any]:
    """A profile item, or a metric's name alone."""
    found = {"metric": item} if isinstance(item, str) else item
    if not isinstance(found, Mapping) or not isinstance(found.get("metric"), str):
        raise never(f"variable items[{number}]: a metric's name or a context with `metric` is needed")
    return dict(found)


def _result(item: dict[str, Any], reading: Mapping[str, Any] | None) -> dict[str, Any]:
    value = reading["value"] if reading else None
    return {
        "metric": item["metric"],
        "value": value,
        "unit": (reading["unit"] if reading else None) or item.get("unit"),
        "time": reading["time"] if reading else None,
        "by": "adapter",
    }


HANDLER = Handler(
    topic="test.measure",
    version=1,
    function=measure,
    port="device",
    input={
        "type": "object",
        "required": ["device", "items"],
        "properties": {
            "device": REFERENCE,
            "items": {
                "type": "array",
                "items": {
                    "anyOf": [
                        {"type": "string"},
                        {
                            "type": "object",
                            "required": ["metric"],
                            "properties": {"metric": {"type": "string"}, "unit": {"type": ["string", "null"]}},
                        },
                    ]
                },
            },
            "interface": {"type": ["string", "integer", "null"]},
            "interval": {"type": ["integer", "null"], "minimum": 1, "maximum": LONGEST_INTERVAL_S},
        },
    },
    output={
        "type": "object",
        "required": ["results"],
        "properties": {
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["metric", "value", "by"],
                    "properties": {
                        "value": {"type": ["number", "string", "null"]},
                        "unit": {"type": ["string", "null"]},
                        "time": {"type": ["string", "null"], "format": "date-time"},
                        "metric": {"type": "string"},
                        "by": {"const": "adapter"},
                    },
                },
            }
        },
    },
    texts={
        "zh": {
            "name": "电路测试测量（SNMP）",
            "description": "测量电路测试中可由 SNMP 完成的项目；不能测量的项目返回空值，判为不确定。",
            "fields": {
                "device": {"label": "设备", "description": "设备编号或 {id, label}"},
                "items": {
                    "label": "测试项目",
                    "description": "{metric, unit} 列表，如 interface_errors、rx_power、alarm_free",
                },
                "interface": {"label": "接口", "description": "接口名或 ifIndex"},
                "interval": {"label": "间隔（秒）", "description": "计数器两次读取之间的时间"},
            },
        },
        "en": {
            "name": "Measure for a circuit test (SNMP)",
            "description": "Measures the items of a circuit test that SNMP can; the others are null: inconclusive.",
            "fields": {
                "device": {"label": "Device", "description": "The device's id or {id, label}"},
                "items": {
                    "label": "Items",
                    "description": "List of {metric, unit}, such as interface_errors, rx_power",
                },
                "interface": {"label": "Interface", "description": "The interface's name or ifIndex"},
                "interval": {"label": "Interval (s)", "description": "Time between the two readings of a counter"},
            },
        },
    },
    timeout=timedelta(minutes=10),
)
