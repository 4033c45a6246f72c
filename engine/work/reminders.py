"""Reminders of a task's limit (decision 13): who gets one is found out when it is sent, not when it was due."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from engine.definitions import process_spec
from engine.directory.groups import Group, readable
from engine.directory.people import Contact, members
from engine.store.models import Person
from engine.work.activation import ActivatedJob

# The post that the catalogue's reminders go to besides the group itself.
LEAD = "duty_lead"

_TASK = text("""
    SELECT t.candidate_groups, t.candidate_users, t.assignee, t.due_at, d.name AS process
    FROM tasks t JOIN definitions d ON d.key = t.definition_key
    WHERE t.element_key = :element_key AND t.state = 'created'
""")


def with_recipients(session: Session, job: ActivatedJob) -> ActivatedJob:
    """The reminder's job with recipients, the task's name, its due time and what the mail says of the case.

    A task that has ended in the meantime has nobody to be told.
    """
    task = session.execute(_TASK, {"element_key": job.element_key}).one_or_none()
    element = process_spec(session, job.definition_key).elements[job.element]
    described = {
        "task": {**job.variables.get("task", {}), "name": element.bpmn_name or job.element},
        "case_no": job.case_no,
        "process": job.process_id if task is None else task.process,
        "due": None if task is None or task.due_at is None else task.due_at.isoformat(),
        "recipients": [] if task is None else [{"name": p.name, "mail": p.mail} for p in recipients(session, task)],
    }
    return replace(job, variables={**job.variables, **described})


def recipients(session: Session, task: Row[tuple[object, ...]]) -> list[Contact]:
    """A task's candidates, who has claimed it, and who leads the duty of its groups; each person once."""
    groups = list(readable(task.candidate_groups))
    leads = [Group(group.unit, group.role, LEAD) for group in groups]
    named = _people(session, [*task.candidate_users, *([task.assignee] if task.assignee else [])])
    in_groups = [person for group in dict.fromkeys([*groups, *leads]) for person in members(session, str(group))]
    return list({person.id: person for person in [*named, *in_groups]}.values())


def _people(session: Session, ids: Sequence[str]) -> list[Contact]:
    found = session.scalars(select(Person).where(Person.id.in_(ids), Person.active).order_by(Person.pinyin, Person.id))
    return [Contact(person.id, person.name, person.mail, person.phone) for person in found]
