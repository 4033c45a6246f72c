"""Topic `device.snmp_get`: the state of a network element, asked over SNMP."""

from datetime import timedelta
from typing import Any

from engine import Handler, Job, Port
from handlers import variables
from handlers.answers import never
from handlers.device.devices import find_device
from handlers.device.metrics import metric
from handlers.device.reading import read
from handlers.options import whole_number

# Both readings and the answer fit into the lease of ten minutes below.
LONGEST_INTERVAL_S = 540


def snmp_get(job: Job, port: Port) -> dict[str, Any]:
    """Read the named objects; one that the device does not have comes back with value null."""
    device = find_device(variables.reference(job, "device"), job, port)
    names = variables.sequence(job, "objects")
    if not names or not all(isinstance(name, str) and name for name in names):
        raise never("variable objects: a list of metric names or OIDs is needed")
    index = device.interface_index(interface_name(job))
    metrics = [metric(name, device, port, index) for name in dict.fromkeys(names)]
    values = read(device, metrics, interval(job, port), job, port)
    return {"device": {"id": device.id, "label": device.label}, "values": values}


def interface_name(job: Job) -> str | None:
    """The interface's name or ifIndex; a number in a diagram is meant as an ifIndex."""
    value = job.variables.get("interface")
    if value is None or isinstance(value, str):
        return value or None
    # An ifIndex is no larger (RFC 2863, InterfaceIndex).
    return str(variables.whole_number(job, "interface", 0, least=1, most=2**31 - 1))


def interval(job: Job, port: Port) -> int:
    """Seconds between the two readings of a counter: the job's, else the port's."""
    default = whole_number(port, "interval_s", 60, most=LONGEST_INTERVAL_S)
    return variables.whole_number(job, "interval", default, least=1, most=LONGEST_INTERVAL_S)


READING = {
    "type": "object",
    "required": ["value", "unit", "time"],
    "properties": {
        "value": {"type": ["number", "string", "null"]},
        "unit": {"type": ["string", "null"]},
        "time": {"type": "string", "format": "date-time"},
    },
}

REFERENCE = {
    "type": ["string", "object"],
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "label": {"type": "string"}},
}

HANDLER = Handler(
    topic="device.snmp_get",
    version=1,
    function=snmp_get,
    port="device",
    input={
        "type": "object",
        "required": ["device", "objects"],
        "properties": {
            "device": REFERENCE,
            "objects": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            "interface": {"type": ["string", "integer", "null"]},
            "interval": {"type": ["integer", "null"], "minimum": 1, "maximum": LONGEST_INTERVAL_S},
        },
    },
    output={
        "type": "object",
        "required": ["device", "values"],
        "properties": {"device": REFERENCE, "values": {"type": "object", "additionalProperties": READING}},
    },
    texts={
        "zh": {
            "name": "读取设备状态（SNMP）",
            "description": "按设备编号读取网元的指标；地址和账号来自端口文件。",
            "fields": {
                "device": {"label": "设备", "description": "设备编号或 {id, label}"},
                "objects": {"label": "指标", "description": "指标名（如 rx_power）或 OID 的列表"},
                "interface": {"label": "接口", "description": "接口名或 ifIndex"},
                "interval": {"label": "间隔（秒）", "description": "计数器两次读取之间的时间"},
            },
        },
        "en": {
            "name": "Read a device's state (SNMP)",
            "description": "Reads metrics of a network element by its id; its address comes from the ports file.",
            "fields": {
                "device": {"label": "Device", "description": "The device's id or {id, label}"},
                "objects": {"label": "Objects", "description": "List of metric names (such as rx_power) or OIDs"},
                "interface": {"label": "Interface", "description": "The interface's name or ifIndex"},
                "interval": {"label": "Interval (s)", "description": "Time between the two readings of a counter"},
            },
        },
    },
    timeout=timedelta(minutes=10),
)
