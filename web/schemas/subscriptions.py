"""What cases wait for, in Camunda's shapes."""

from web.schemas.fields import Choice, Key, Made, Moment, Shape, Text
from web.schemas.search import Filter, default_tenant, key_filter, page_of, search_body, text_filter

# A row lives as long as the waiting does; what was is told by history.
STATES = {"CREATED": "created", "CORRELATED": "correlated", "DELETED": "deleted", "MIGRATED": "migrated"}
TYPES = {"PROCESS_EVENT": "process_event", "START_EVENT": "start_event"}


class MessageSubscription(Shape):
    """A case waits for a message."""

    message_subscription_key = Key(attribute="key")
    process_definition_id = Text(attribute="process_id")
    process_definition_name = Text(attribute="process_name")
    process_definition_key = Key(attribute="definition_key")
    process_definition_version = Made(lambda row: row.version, "integer")
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    element_id = Text(attribute="element")
    element_instance_key = Key(attribute="element_key")
    message_subscription_state = Choice(STATES, attribute="state")
    message_subscription_type = Choice(TYPES, attribute="type")
    last_updated_date = Moment(attribute="opened_at")
    message_name = Text(attribute="name")
    correlation_key = Text()
    extension_properties = Made(lambda _: {}, "object")
    tool_name = Made(lambda _: None)
    inbound_connector_type = Made(lambda _: None)
    tenant_id = default_tenant()


MessageSubscriptionSearch = search_body(
    "MessageSubscription",
    {
        "message_subscription_key": key_filter("key"),
        "process_definition_id": text_filter("process_id"),
        "process_definition_key": key_filter("definition_key"),
        "process_definition_name": text_filter("process_name"),
        "process_instance_key": key_filter("instance_key"),
        "element_id": text_filter("element"),
        "element_instance_key": key_filter("element_key"),
        "message_subscription_state": Filter(Choice(STATES), "state"),
        "message_subscription_type": Filter(Choice(TYPES), "type"),
        "last_updated_date": Filter(Moment(), "opened_at"),
        "message_name": text_filter("name"),
        "correlation_key": text_filter("correlation_key"),
    },
    {
        "messageSubscriptionKey": "key",
        "processDefinitionId": "process_id",
        "processDefinitionName": "process_name",
        "processInstanceKey": "instance_key",
        "elementId": "element",
        "elementInstanceKey": "element_key",
        "lastUpdatedDate": "opened_at",
        "messageName": "name",
        "correlationKey": "correlation_key",
    },
)
MessageSubscriptionPage = page_of(MessageSubscription)
