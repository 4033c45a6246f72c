"""Jobs: leased by workers of other systems, answered, searched."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response

import engine
from web.answers import nothing
from web.asking import principal
from web.parsing import Blueprint
from web.rights import require_service, seen_units
from web.schemas.jobs import (
    JobActivated,
    JobActivation,
    JobCompletion,
    JobError,
    JobFailure,
    JobPage,
    JobSearch,
    JobUpdate,
)
from web.schemas.search import found, order, page, wanted
from web.schemas.user_tasks import changes
from web.waiting import DEFAULT_WAIT, waiting

blueprint = Blueprint("jobs", __name__, url_prefix="/v2/jobs", description="Work for programs")


@blueprint.route("/activation", methods=["POST"])
@blueprint.body(JobActivation)
@blueprint.answer(200, JobActivated)
def activate_jobs(body: Mapping[str, Any]) -> dict[str, Any]:
    """Lease jobs; where there are none, wait for the first (a negative `requestTimeout`: do not wait)."""
    require_service()
    # Camunda's rule: 0 is the default as well.
    asked = body.get("request_timeout") or DEFAULT_WAIT
    with waiting() as allowed:
        jobs = engine.activate_or_wait(
            [body["type"]],
            body.get("worker") or principal().id,
            body["max_jobs_to_activate"],
            timedelta(milliseconds=body["timeout"]),
            body.get("fetch_variable"),
            timedelta(milliseconds=max(0, asked) if allowed else 0),
            units=seen_units(),
        )
    return {"jobs": jobs}


@blueprint.route("/<job_key>/completion", methods=["POST"])
@blueprint.body(JobCompletion)
@blueprint.answer(204)
def complete_job(body: Mapping[str, Any], job_key: int) -> Response:
    """The work is done."""
    result = body.get("result")
    verdict = None
    if result:
        verdict = engine.Verdict(
            bool(result.get("denied")), result.get("denied_reason"), changes(result.get("corrections"))
        )
    with engine.transaction() as session:
        _require(session, job_key)
        # Without a lease: Camunda's workers name the job alone, so whichever of its runs answers is taken.
        engine.complete_job(session, job_key, body.get("variables") or {}, verdict=verdict)
    return nothing()


@blueprint.route("/<job_key>/failure", methods=["POST"])
@blueprint.body(JobFailure)
@blueprint.answer(204)
def fail_job(body: Mapping[str, Any], job_key: int) -> Response:
    """The run did not succeed; with retries left it is tried again."""
    back_off = timedelta(milliseconds=body.get("retry_back_off", 0))
    retries, message = body.get("retries", 0), body.get("error_message", "")
    with engine.transaction() as session:
        _require(session, job_key)
        engine.fail_job(session, job_key, retries, message, back_off, body.get("variables"))
    return nothing()


@blueprint.route("/<job_key>/error", methods=["POST"])
@blueprint.body(JobError)
@blueprint.answer(204)
def throw_job_error(body: Mapping[str, Any], job_key: int) -> Response:
    """The answer is no: an error that the diagram may catch."""
    with engine.transaction() as session:
        _require(session, job_key)
        message, variables = body.get("error_message") or "", body.get("variables")
        engine.throw_job_error(session, job_key, body["error_code"], message, variables)
    return nothing()


@blueprint.route("/<job_key>", methods=["PATCH"])
@blueprint.body(JobUpdate)
@blueprint.answer(204)
def update_job(body: Mapping[str, Any], job_key: int) -> Response:
    """Change how often a job is still tried, or when its lease ends."""
    retries, timeout = body["changeset"].get("retries"), body["changeset"].get("timeout")
    with engine.transaction() as session:
        _require(session, job_key)
        lease = timedelta(milliseconds=timeout) if timeout is not None else None
        engine.update_job(session, job_key, retries, lease)
    return nothing()


@blueprint.route("/search", methods=["POST"])
@blueprint.body(JobSearch)
@blueprint.answer(200, JobPage)
def search_jobs(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the jobs of cases one may see."""
    filter_ = engine.queries.JobFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.jobs.search(session, filter_, order(body), page(body), principal()))


def _require(session: engine.Session, job_key: int) -> None:
    """Raises NotFound for a job that is gone or of a case the asker does not see, Forbidden."""
    engine.queries.jobs.get(session, job_key, principal())
    require_service()
