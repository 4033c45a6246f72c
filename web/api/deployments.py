"""Deployments: files become versions, all of them or none."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import request

import engine
from web.parsing import Blueprint
from web.problems import told
from web.rights import require_analyst
from web.schemas.definitions import Deployment, DeploymentFiles, DeploymentForm

blueprint = Blueprint("deployments", __name__, url_prefix="/v2/deployments", description="Deploying files")


@blueprint.route("", methods=["POST"])
@blueprint.body(DeploymentForm, location="form")
@blueprint.body(DeploymentFiles, location="files")
@blueprint.answer(200, Deployment)
def create_deployment(form: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, Any]:
    """Deploy the files sent as parts called `resources`. What is wrong with one of them refuses them all."""
    require_analyst()
    parts = [part for part in request.files.getlist("resources") if part.filename]
    if not parts:
        raise engine.Invalid("no_resources")
    resources = [engine.Resource(part.filename or "", part.read()) for part in parts]
    with engine.transaction() as session:
        deployed = engine.deploy(session, resources)
    return {
        "key": deployed.key,
        "deployed_at": deployed.deployed_at,
        "deployments": list(_things(deployed)),
        "findings": [told(finding) for finding in deployed.findings],
    }


def _things(deployed: engine.Deployment) -> Iterator[dict[str, Any]]:
    """Each definition, and for each DMN file its decisions together, as Camunda tells them."""
    kinds = {"process": "process_definition", "decision": "decision_definition", "form": "form"}
    nothing = dict.fromkeys([*kinds.values(), "decision_requirements"])
    files: dict[str, engine.Deployed] = {}
    for one in deployed.definitions:
        yield {**nothing, kinds[one.kind]: one}
        if one.kind == "decision":
            files.setdefault(one.resource, one)
    for one in files.values():
        yield {**nothing, "decision_requirements": one}
