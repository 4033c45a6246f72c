"""The resources of the API, one a file."""

from web.api import (
    cases,
    clock,
    cluster,
    decision_definitions,
    decision_instances,
    decision_requirements,
    deployments,
    documents,
    element_instances,
    incidents,
    jobs,
    messages,
    process_definitions,
    process_instances,
    user_tasks,
    variables,
)

BLUEPRINTS = [
    deployments.blueprint,
    process_definitions.blueprint,
    process_instances.blueprint,
    cases.blueprint,
    user_tasks.blueprint,
    jobs.blueprint,
    messages.blueprint,
    variables.blueprint,
    element_instances.blueprint,
    incidents.blueprint,
    decision_definitions.blueprint,
    decision_requirements.blueprint,
    decision_instances.blueprint,
    documents.blueprint,
    clock.blueprint,
    cluster.blueprint,
]
