"""The ports to the world outside: one table, topic → handler, which the worker loads, and one for `ref` fields."""

from engine import Handler, Lookup
from handlers.device import measure, snmp_get
from handlers.inventory import lookup, reservations, segments
from handlers.mail import email_notice, reminder

HANDLERS: dict[str, Handler] = {
    handler.topic: handler
    for handler in (
        email_notice.HANDLER,
        reminder.HANDLER,
        snmp_get.HANDLER,
        measure.HANDLER,
        lookup.HANDLER,
        segments.HANDLER,
        reservations.RESERVE,
        reservations.RELEASE,
    )
}

# kind → how a search-select finds records of it
LOOKUPS: dict[str, Lookup] = {**lookup.LOOKUPS}
