"""Job types against the topics that handlers are registered for."""

from collections.abc import Collection
from difflib import get_close_matches

from engine.core.jobs import JobTask

from .subject import Subject, literal


def check_handlers(subject: Subject, topics: Collection[str]) -> None:
    for element in subject.elements:
        if not isinstance(element, JobTask):
            continue
        kind = literal(element.job_type)
        if kind is not None and kind not in topics:
            near = ", ".join(get_close_matches(kind, topics)) or "–"
            subject.warning("bpmn_topic_unknown", element, type=kind, near=near)
