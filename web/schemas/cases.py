"""What belongs to one case: its element instances, incidents, actions and history."""

from web.schemas.fields import Anything, Choice, Flag, Inner, Key, Moment, QueryNumber, Several, Shape, Text, Variables
from web.schemas.search import Filter, default_tenant, key_filter, page_of, search_body, text_filter

ELEMENT_STATES = {"ACTIVE": "active", "COMPLETED": "completed", "TERMINATED": "terminated"}
INCIDENT_STATES = {"ACTIVE": "active", "RESOLVED": "resolved"}


class ElementInstance(Shape):
    """One visit of a token to an element."""

    process_definition_id = Text(attribute="process_id")
    start_date = Moment(attribute="started_at")
    end_date = Moment(attribute="ended_at")
    element_id = Text(attribute="element")
    element_name = Text(attribute="name")
    type = Text()
    state = Choice(ELEMENT_STATES)
    has_incident = Flag()
    tenant_id = default_tenant()
    element_instance_key = Key(attribute="key")
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    process_definition_key = Key(attribute="definition_key")
    incident_key = Key()


ElementInstanceSearch = search_body(
    "ElementInstance",
    {
        "element_instance_key": key_filter("key"),
        "process_instance_key": key_filter("instance_key"),
        "process_definition_id": text_filter("process_id"),
        "process_definition_key": key_filter("definition_key"),
        "element_id": text_filter("element"),
        "state": Filter(Choice(ELEMENT_STATES), "state"),
        "start_date": Filter(Moment(), "started_at"),
        "end_date": Filter(Moment(), "ended_at"),
        "has_incident": Flag(attribute="has_incident"),
    },
    {
        "elementInstanceKey": "key",
        "processInstanceKey": "instance_key",
        "processDefinitionKey": "definition_key",
        "processDefinitionId": "process_id",
        "elementId": "element",
        "state": "state",
        "startDate": "started_at",
        "endDate": "ended_at",
    },
)
ElementInstancePage = page_of(ElementInstance)


class Incident(Shape):
    """Where a case cannot go on until a person acts. `errorCode` and `resolutionTime` are ours."""

    process_definition_id = Text(attribute="process_id")
    error_type = Text(attribute="kind")
    error_message = Text(attribute="message")
    error_code = Text(attribute="code")
    element_id = Text(attribute="element")
    creation_time = Moment(attribute="created_at")
    resolution_time = Moment(attribute="resolved_at")
    state = Choice(INCIDENT_STATES)
    tenant_id = default_tenant()
    incident_key = Key(attribute="key")
    process_definition_key = Key(attribute="definition_key")
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    element_instance_key = Key(attribute="element_key")
    job_key = Key()


IncidentSearch = search_body(
    "Incident",
    {
        "incident_key": key_filter("key"),
        "error_type": text_filter("kind"),
        "error_code": text_filter("code"),
        "state": Filter(Choice(INCIDENT_STATES), "state"),
        "element_id": text_filter("element"),
        "element_instance_key": key_filter("element_key"),
        "job_key": key_filter("job_key"),
        "process_instance_key": key_filter("instance_key"),
        "process_definition_id": text_filter("process_id"),
        "process_definition_key": key_filter("definition_key"),
        "creation_time": Filter(Moment(), "created_at"),
    },
    {
        "incidentKey": "key",
        "errorType": "kind",
        "state": "state",
        "elementId": "element",
        "elementInstanceKey": "element_key",
        "jobKey": "job_key",
        "processInstanceKey": "instance_key",
        "processDefinitionId": "process_id",
        "processDefinitionKey": "definition_key",
        "creationTime": "created_at",
    },
)
IncidentPage = page_of(Incident)


class Event(Shape):
    """One row of history: what happened, by whom, for whom and how it came."""

    history_key = Key(attribute="key")
    time = Moment(attribute="at")
    kind = Text()
    element_id = Text(attribute="element")
    element_instance_key = Key(attribute="element_key")
    process_instance_key = Key(attribute="instance_key")
    actor = Text()
    on_behalf_of = Text()
    unit = Text()
    source = Text()
    request_id = Text()
    data = Anything(metadata={"type": "object"})


EventPage = page_of(Event)


class HistoryQuery(Shape):
    """Which part of the history."""

    limit = QueryNumber(0, 1000)
    start = QueryNumber(0, data_key="from")
    after = Text()


class Action(Shape):
    """Something that may be sent to the case now."""

    action_key = Key(attribute="key")
    name = Text()
    label = Text()
    element_id = Text(attribute="element")
    process_instance_key = Key(attribute="instance_key")
    form_id = Text(attribute="form")
    roles = Several(Text())


class ActionsOpen(Shape):
    """All of them."""

    items = Several(Inner(Action))


class ActionSent(Shape):
    """Which action, by its key, message name or element, and what its form was filled in with."""

    action = Text(500, 1, required=True)
    variables = Variables()
