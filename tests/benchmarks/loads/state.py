"""STATE: bytes that a waiting instance keeps, beside plain SpiffWorkflow's serialisation of the same process."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import psycopg
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

from tests.benchmarks.bench import Bench
from tests.benchmarks.diagrams import USER
from tests.benchmarks.figures import Figure
from tests.benchmarks.loads.staff import create

# What goes on from: the snapshot, and what waits. History is not state; Spiff's keeps its past in it.
_SNAPSHOT = "SELECT octet_length(snapshot::text) FROM instances WHERE key = %s"
_ROWS = """
    SELECT (SELECT pg_column_size(i.*) FROM instances i WHERE i.key = %(key)s)
        + (SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM tasks t WHERE t.instance_key = %(key)s)
        + (SELECT coalesce(sum(pg_column_size(v.*)), 0) FROM variables v WHERE v.instance_key = %(key)s)
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """The instance of USER, at its task; Spiff's specification, which all instances could share, is not counted."""
    bench.deploy(USER)
    key = create("USER")
    with psycopg.connect(bench.ground.url) as connection:
        snapshot = _number(connection, _SNAPSHOT, [key])
        rows = _number(connection, _ROWS, {"key": key})
    plain, whole = spiff_bytes(USER, "USER")
    holds = snapshot * 5 <= plain
    yield Figure("STATE, plain SpiffWorkflow at a user task", f"{plain:,} bytes", f"{whole:,} with its specification")
    yield Figure("STATE, ours: the snapshot", f"{snapshot:,} bytes", "at most a fifth", holds)
    yield Figure("STATE, ours: its rows of instances, tasks and variables", f"{rows:,} bytes")


def spiff_bytes(diagram: bytes, process_id: str) -> tuple[int, int]:
    """Of a workflow that waits: without its specification, and with it, as compact JSON."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(BytesIO(diagram)))
    workflow = BpmnWorkflow(parser.get_spec(process_id))
    workflow.do_engine_steps()
    written: dict[str, Any] = BpmnWorkflowSerializer().to_dict(workflow)
    whole = len(json.dumps(written, separators=(",", ":")))
    state = {name: value for name, value in written.items() if "spec" not in name}
    return len(json.dumps(state, separators=(",", ":"))), whole


def _number(connection: psycopg.Connection, question: str, values: Any) -> int:
    row = connection.execute(question.encode(), values).fetchone()
    assert row is not None
    return int(row[0])
