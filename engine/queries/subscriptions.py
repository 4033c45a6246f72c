"""What cases wait for: open subscriptions to messages and signals."""

from dataclasses import dataclass

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Definition, Instance, Subscription

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .rights import sees_case


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFilter:
    """`kind`: message or signal. `state` and `type` are what every row is: created, process_event."""

    key: Condition = None
    kind: Condition = None
    name: Condition = None
    correlation_key: Condition = None
    instance_key: Condition = None
    root_key: Condition = None
    process_id: Condition = None
    definition_key: Condition = None
    element: Condition = None
    element_key: Condition = None
    opened_at: Condition = None
    process_name: Condition = None
    state: Condition = None
    type: Condition = None


FIELDS = {
    "key": Subscription.key,
    "kind": Subscription.kind,
    "name": Subscription.name,
    "correlation_key": Subscription.correlation_key,
    "action": Subscription.action,
    "instance_key": Subscription.instance_key,
    "root_key": Instance.root_key,
    "process_id": Subscription.process_id,
    "definition_key": Subscription.definition_key,
    "element": Subscription.element,
    "element_key": Subscription.element_key,
    "opened_at": Subscription.opened_at,
    "process_name": Definition.name,
    "version": Definition.version,
    "state": literal("created"),
    "type": literal("process_event"),
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items()))
    .join(Instance, Instance.key == Subscription.instance_key)
    .join(Definition, Definition.key == Subscription.definition_key),
    FIELDS,
    Subscription.key,
    unknown="subscription_unknown",
    inside=True,
)


def search(
    session: Session,
    wanted: SubscriptionFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of what the cases that the principal sees wait for."""
    return searching.search(session, TABLE, wanted, sort, page, sees_case(principal, Subscription.instance_key))
