"""What this installation is: topology, status, licence, and who is asking."""

import re
from typing import Any

from flask import Response, current_app

import engine
from web.answers import nothing
from web.asking import principal, public
from web.parsing import Blueprint
from web.schemas.cluster import License, Me, Topology

# What clients compare with the version a diagram was drawn for: the API they find here.
CAMUNDA_VERSION = "8.9.0"

blueprint = Blueprint("cluster", __name__, url_prefix="/v2", description="This installation")


@blueprint.route("/topology", methods=["GET"])
@blueprint.answer(200, Topology)
def get_topology() -> dict[str, Any]:
    """One broker with one partition: all that clients of a cluster need to know of it."""
    settings = current_app.config["SETTINGS"]
    partition = {"partition_id": 1, "role": "leader", "health": "healthy"}
    broker = {
        "node_id": 0,
        "host": settings.host,
        "port": settings.port,
        "partitions": [partition],
        "version": engine.VERSION,
    }
    return {
        "brokers": [broker],
        "cluster_id": None,
        "cluster_size": 1,
        "partitions_count": 1,
        "replication_factor": 1,
        "gateway_version": CAMUNDA_VERSION,
        "last_completed_change_id": "",
    }


@blueprint.route("/status", methods=["GET"])
@blueprint.answer(204)
def get_status() -> Response:
    """204 while the installation can work; 503 otherwise."""
    # Who asks has been looked up by then: where the database is away, that is the 503.
    return nothing()


@blueprint.route("/license", methods=["GET"])
@blueprint.answer(200, License)
@public
def get_license() -> dict[str, Any]:
    """Trunkline needs no licence key."""
    return {"valid_license": True, "license_type": "open-source", "is_commercial": False, "expires_at": None}


@blueprint.route("/authentication/me", methods=["GET"])
@blueprint.answer(200, Me)
def get_authentication() -> dict[str, Any]:
    """Who asks, with groups and roles."""
    who = principal()
    return {
        # Camunda's names have fewer letters than our ids.
        "username": re.sub(r"[^A-Za-z0-9_@.+-]", ".", who.id),
        "display_name": who.name,
        "email": None,
        "authorized_components": ["*"],
        "tenants": [{"name": "Default", "tenant_id": "<default>", "description": None}],
        "groups": sorted(who.groups),
        "roles": sorted(who.roles),
        "sales_plan_type": None,
        "c8_links": {},
        "can_logout": False,
        "unit": who.unit,
        "language": who.language,
    }
