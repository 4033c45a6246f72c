"""Rights that go with a platform role. Which cases and tasks somebody sees and works on, the engine knows."""

import engine
from web.asking import principal


def require_analyst() -> None:
    """Raises Forbidden for whoever may not deploy."""
    if not principal().may_deploy():
        raise engine.Forbidden("may_not_deploy")


def require_operator() -> None:
    """Raises Forbidden for whoever may not repair."""
    if not principal().may_operate():
        raise engine.Forbidden("may_not_operate")


def require_service() -> None:
    """Raises Forbidden for whoever may not work on jobs or send messages as another system does."""
    if not principal().may_serve():
        raise engine.Forbidden("may_not_serve")


def seen_units() -> frozenset[str] | None:
    """The units whose cases the asker sees; None for an administrator, who sees them all."""
    return None if principal().is_admin() else principal().units


def require_starter(session: engine.Session, definition_key: int) -> None:
    """Raises Forbidden for whoever is in none of the groups that may start a process; NotFound."""
    spec = engine.process_spec(session, definition_key)
    if not engine.queries.startable.may_start(principal(), spec):
        raise engine.Forbidden("may_not_start", process_id=spec.process_id)
