"""Commands between cases that were given up."""

from web.schemas.fields import Inner, Key, Moment, Several, Shape, Text, Whole


class FailedCommand(Shape):
    """One of them. `processInstanceKey` is the case it is for, or for a call or a message the one that sent it."""

    command_id = Whole(attribute="id")
    kind = Text()
    process_instance_key = Key(attribute="instance_key")
    attempts = Whole()
    creation_time = Moment(attribute="created_at")
    failure_time = Moment(attribute="failed_at")
    error_message = Text(attribute="error")


class FailedCommands(Shape):
    """The oldest hundred."""

    items = Several(Inner(FailedCommand))
