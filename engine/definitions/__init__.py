"""Definitions: deployed by version, found by key or id, parsed once and kept."""

from .catalogue import DeployedCatalogue
from .deploying import Deployed, Deployment, deploy, zone
from .finding import decision_of, definition, definition_xml, form_of, latest, latest_key, process_spec
from .resources import DeployRefused, Resource

__all__ = [
    "DeployRefused",
    "Deployed",
    "DeployedCatalogue",
    "Deployment",
    "Resource",
    "decision_of",
    "definition",
    "definition_xml",
    "deploy",
    "form_of",
    "latest",
    "latest_key",
    "process_spec",
    "zone",
]
