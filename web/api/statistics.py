"""Counts of the cases one sees: by element of one case or of a version's, by process, by error, by what is awaited."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import engine
from web.asking import language, principal
from web.parsing import Blueprint
from web.schemas.search import wanted
from web.schemas.statistics import (
    ElementCounts,
    ElementCountsQuery,
    ErrorCountPage,
    ErrorCountsQuery,
    ErrorVersionCountPage,
    ErrorVersionCountsQuery,
    ProcessCountPage,
    ProcessCountsQuery,
    VersionCountPage,
    VersionCountsQuery,
    WaitingCountPage,
    WaitingCountsQuery,
    counted,
)

statistics = engine.queries.statistics
blueprint = Blueprint("statistics", __name__, url_prefix="/v2", description="Counts of cases")


@blueprint.route("/process-instances/<instance_key>/statistics/element-instances", methods=["GET"])
@blueprint.answer(200, ElementCounts)
def get_process_instance_statistics(instance_key: int) -> dict[str, Any]:
    """What came to each element of a case."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        return {"items": statistics.elements_of_instance(session, instance_key)}


@blueprint.route("/process-definitions/<definition_key>/statistics/element-instances", methods=["POST"])
@blueprint.body(ElementCountsQuery)
@blueprint.answer(200, ElementCounts)
def get_process_definition_statistics(body: Mapping[str, Any], definition_key: int) -> dict[str, Any]:
    """What came to each element in the cases of a version."""
    filter_ = engine.queries.ProcessInstanceFilter(**wanted(body))
    with engine.transaction() as session:
        engine.queries.process_definitions.get(session, definition_key)
        return {"items": statistics.elements_of_definition(session, definition_key, filter_, principal())}


@blueprint.route("/process-definitions/statistics/process-instances", methods=["POST"])
@blueprint.body(ProcessCountsQuery)
@blueprint.answer(200, ProcessCountPage)
def get_process_statistics(body: Mapping[str, Any]) -> dict[str, Any]:
    """Running cases of each process."""
    with engine.transaction() as session:
        rows = _named(session, statistics.running_by_process(session, principal()))
    return counted(body, [{**row, "has_multiple_versions": row["versions"] > 1} for row in rows])


@blueprint.route("/process-definitions/statistics/process-instances-by-version", methods=["POST"])
@blueprint.body(VersionCountsQuery)
@blueprint.answer(200, VersionCountPage)
def get_version_statistics(body: Mapping[str, Any]) -> dict[str, Any]:
    """Running cases of each version of a process."""
    process_id = body["filter"]["process_definition_id"]
    with engine.transaction() as session:
        rows = _named(session, statistics.running_by_version(session, process_id, principal()))
    return counted(body, rows)


@blueprint.route("/process-definitions/statistics/message-subscriptions", methods=["POST"])
@blueprint.body(WaitingCountsQuery)
@blueprint.answer(200, WaitingCountPage)
def get_message_subscription_statistics(body: Mapping[str, Any]) -> dict[str, Any]:
    """Cases of each version that wait for messages."""
    with engine.transaction() as session:
        return counted(body, statistics.waiting_by_version(session, principal()))


@blueprint.route("/incidents/statistics/process-instances-by-error", methods=["POST"])
@blueprint.body(ErrorCountsQuery)
@blueprint.answer(200, ErrorCountPage)
def get_error_statistics(body: Mapping[str, Any]) -> dict[str, Any]:
    """Running cases that stand at each error."""
    with engine.transaction() as session:
        rows = statistics.stuck_by_error(session, principal())
    return counted(
        body, [{**row._mapping, "error_hash_code": _number(row.code), "message": _said(row)} for row in rows]
    )


@blueprint.route("/incidents/statistics/process-instances-by-definition", methods=["POST"])
@blueprint.body(ErrorVersionCountsQuery)
@blueprint.answer(200, ErrorVersionCountPage)
def get_error_version_statistics(body: Mapping[str, Any]) -> dict[str, Any]:
    """Running cases of each version that stand at one error."""
    number = body["filter"]["error_hash_code"]
    with engine.transaction() as session:
        codes = [row.code for row in statistics.stuck_by_error(session, principal())]
        named = next((code for code in codes if _number(code) == number), None)
        rows = [] if named is None else statistics.stuck_by_version(session, named, principal())
        return counted(body, _named(session, rows))


def _named(session: engine.Session, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows with the names of their definitions in the reader's language."""
    return [{**row._mapping, "name": engine.process_name(session, row.definition_key, language())} for row in rows]


def _said(row: Any) -> str:
    """The first incident's sentence stands for all of its kind."""
    return engine.words(engine.Finding(row.code, row.parameters), language())


def _number(code: str) -> int:
    """Camunda tells errors apart by a 32-bit number."""
    return zlib.crc32(code.encode()) & 0x7FFFFFFF
