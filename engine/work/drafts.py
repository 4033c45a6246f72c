"""Drafts of forms: what somebody has filled in and not sent yet, kept for that person alone (machine time)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Invalid, TooLarge
from engine.store import json
from engine.store.models import FormDraft

LARGEST = 256 * 1024
KEPT = timedelta(days=30)


def task_place(key: int) -> str:
    """The place of a task's form."""
    return f"task:{key}"


def start_place(process_id: str) -> str:
    """The place of a process's start form."""
    return f"start:{process_id}"


def action_place(key: int) -> str:
    """The place of an action's form."""
    return f"action:{key}"


def save_draft(session: Session, person: str, place: str, data: Mapping[str, Any]) -> datetime:
    """Keep a person's draft instead of the one before; when it was kept. Raises Invalid, TooLarge."""
    if not isinstance(data, Mapping):
        raise Invalid("variables_not_an_object")
    if len(json.dumps(data)) > LARGEST:
        raise TooLarge("draft_too_large", kilobytes=LARGEST // 1024)
    row = {"person": person, "place": place, "data": dict(data), "saved_at": clock.machine()}
    query = insert(FormDraft).values(row)
    changed = {"data": query.excluded.data, "saved_at": query.excluded.saved_at}
    session.execute(query.on_conflict_do_update(index_elements=["person", "place"], set_=changed))
    return clock.machine()


def draft_of(session: Session, person: str, place: str) -> tuple[dict[str, Any], datetime] | None:
    """A person's draft and when it was kept; None where there is none."""
    found = session.get(FormDraft, (person, place))
    return None if found is None else (found.data, found.saved_at)


def drop_drafts(session: Session, place: str, person: str | None = None) -> None:
    """Forget the drafts of a place: one person's, or everybody's once the form is sent."""
    query = delete(FormDraft).where(FormDraft.place == place)
    session.execute(query if person is None else query.where(FormDraft.person == person))


def forget_old_drafts(session: Session) -> None:
    """Upkeep: drop what nobody came back to."""
    session.execute(delete(FormDraft).where(FormDraft.saved_at <= clock.machine() - KEPT))
