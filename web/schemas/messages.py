"""Messages and signals."""

from web.schemas.fields import Inner, Key, Several, Shape, Text, Variables, Whole
from web.schemas.search import Tenant, default_tenant

LONGEST_TTL = 366 * 24 * 3600 * 1000


class MessagePublication(Shape):
    """A message, kept for `timeToLive` milliseconds of case time; `messageId` keeps it from being published twice."""

    name = Text(500, 1, required=True)
    correlation_key = Text(500)
    time_to_live = Whole(0, LONGEST_TTL)
    message_id = Text(500)
    variables = Variables()
    tenant_id = Tenant()


class MessagePublished(Shape):
    """The key of the message."""

    tenant_id = default_tenant()
    message_key = Key()


class MessageCorrelation(Shape):
    """A message for one who waits for it now."""

    name = Text(500, 1, required=True)
    correlation_key = Text(500)
    variables = Variables()
    tenant_id = Tenant()


class MessageCorrelated(Shape):
    """Who has got it."""

    tenant_id = default_tenant()
    message_key = Key()
    process_instance_key = Key()


class SignalBroadcast(Shape):
    """A signal for all who wait for it."""

    signal_name = Text(500, 1, required=True)
    variables = Variables()
    tenant_id = Tenant()


class SignalSent(Shape):
    """The key of the signal."""

    tenant_id = default_tenant()
    signal_key = Key()


class ConditionalEvaluation(Shape):
    """Variables for the conditions of start events: of one definition, or of all latest ones."""

    variables = Variables(required=True)
    process_definition_key = Key()
    tenant_id = Tenant()


class OpenedInstance(Shape):
    """An instance that a condition has opened."""

    process_definition_key = Key()
    process_instance_key = Key()


class ConditionalEvaluated(Shape):
    """Which instances the variables have opened."""

    conditional_evaluation_key = Key()
    tenant_id = default_tenant()
    process_instances = Several(Inner(OpenedInstance))
