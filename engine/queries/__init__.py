"""Read-only answers for screens and API: one module a noun, rights applied inside.

Rows are named tuples with the fields of the module's FIELDS. Every module has `search`, most have `get`.
"""

from . import (
    batches,
    case_decisions,
    case_path,
    comments,
    decision_definitions,
    decision_instances,
    decision_requirements,
    element_instances,
    events,
    failed_commands,
    family,
    filled_forms,
    inbox,
    incidents,
    jobs,
    models,
    operations,
    pending,
    people,
    process_definitions,
    process_instances,
    staff,
    startable,
    statistics,
    subscriptions,
    user_tasks,
    variables,
    waiting,
)
from .batches import BatchFilter, BatchItemFilter
from .decision_definitions import DecisionDefinitionFilter
from .decision_instances import DecisionInstanceFilter
from .decision_requirements import DecisionRequirementsFilter
from .element_instances import ElementInstanceFilter
from .events import EventFilter
from .incidents import IncidentFilter
from .jobs import JobFilter
from .page import Page, PageRequest
from .people import GroupFilter, PersonFilter
from .process_definitions import ProcessDefinitionFilter
from .process_instances import ProcessInstanceFilter
from .subscriptions import SubscriptionFilter
from .user_tasks import UserTaskFilter
from .variables import VariableFilter
from .versions import Versions

__all__ = [
    "BatchFilter",
    "BatchItemFilter",
    "DecisionDefinitionFilter",
    "DecisionInstanceFilter",
    "DecisionRequirementsFilter",
    "ElementInstanceFilter",
    "EventFilter",
    "GroupFilter",
    "IncidentFilter",
    "JobFilter",
    "Page",
    "PageRequest",
    "PersonFilter",
    "ProcessDefinitionFilter",
    "ProcessInstanceFilter",
    "SubscriptionFilter",
    "UserTaskFilter",
    "VariableFilter",
    "Versions",
    "batches",
    "case_decisions",
    "case_path",
    "comments",
    "decision_definitions",
    "decision_instances",
    "decision_requirements",
    "element_instances",
    "events",
    "failed_commands",
    "family",
    "filled_forms",
    "inbox",
    "incidents",
    "jobs",
    "models",
    "operations",
    "pending",
    "people",
    "process_definitions",
    "process_instances",
    "staff",
    "startable",
    "statistics",
    "subscriptions",
    "user_tasks",
    "variables",
    "waiting",
]
