"""The topics our own workers serve: the table of handlers loaded from the handlers' room, and told to the database."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.store import json
from engine.store.enqueue import JOBS, enqueue
from engine.store.session import raw_connection
from engine.work.contract import Handler

# In the order of topics, so that workers that begin at once do not wait for each other crosswise.
_TELL = text("""
    INSERT INTO handlers (topic, version, input, output, texts, worker, seen_at)
    SELECT topic, version, CAST(input AS jsonb), CAST(output AS jsonb), CAST(texts AS jsonb), :worker, now()
    FROM unnest(CAST(:topics AS text[]), CAST(:versions AS int[]), CAST(:inputs AS text[]),
                CAST(:outputs AS text[]), CAST(:texts AS text[])) AS told(topic, version, input, output, texts)
    ORDER BY topic
    ON CONFLICT (topic) DO UPDATE SET version = excluded.version, input = excluded.input, output = excluded.output,
        texts = excluded.texts, worker = excluded.worker, seen_at = excluded.seen_at
    WHERE excluded.version >= handlers.version
""")
_TAKE_OVER = text("""
    UPDATE jobs SET handled = true WHERE NOT handled AND type = ANY(:topics) RETURNING key, state
""")
_SEEN = text("UPDATE handlers SET seen_at = now() WHERE topic = ANY(:topics)")
# Jobs of a topic that no worker has served for a while go to foreign workers alone, as before there was a handler.
_FORGET = text("""
    WITH gone AS (DELETE FROM handlers WHERE seen_at < now() - interval '1 day' RETURNING topic)
    UPDATE jobs SET handled = false FROM gone WHERE jobs.type = gone.topic
""")


@dataclass(frozen=True, slots=True)
class Topic:
    """A handler and its two schemas, ready to check with."""

    handler: Handler
    check_input: Callable[[Any], str | None]
    check_output: Callable[[Any], str | None]


def load_topics(module: str) -> dict[str, Topic]:
    """The topics of the table `HANDLERS` in `module` (setting TRUNKLINE_HANDLERS): the one dynamic import there is.

    Raises Invalid for a module without one, or a handler whose schemas are none.
    """
    try:
        table = importlib.import_module(module).HANDLERS
    except (ImportError, AttributeError) as error:
        raise Invalid("handlers_not_loaded", module=module, reason=str(error)) from error
    return {topic: _topic(handler) for topic, handler in table.items()}


def _topic(handler: Handler) -> Topic:
    return Topic(handler, _checker(handler.topic, handler.input), _checker(handler.topic, handler.output))


def _checker(topic: str, schema: dict[str, Any]) -> Callable[[Any], str | None]:
    """A function that tells what is wrong with a value, None for nothing."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise Invalid("handler_schema_invalid", topic=topic, reason=error.message) from error
    validator = Draft202012Validator(schema)

    def check(value: Any) -> str | None:
        worst = best_match(validator.iter_errors(value))
        # the message may quote the value, which has no place in history; where and which rule may
        return worst and f"{worst.json_path}: {worst.validator} {json.dumps(worst.validator_value)[:200]}"

    return check


def tell_topics(session: Session, topics: Mapping[str, Topic], worker: str) -> int:
    """Write the handlers to their table, and queue the jobs that waited for one of these topics; says how many.

    A newer version told by another worker stays.
    """
    handlers = [topic.handler for topic in topics.values()]
    parameters = {
        "worker": worker,
        "topics": [handler.topic for handler in handlers],
        "versions": [handler.version for handler in handlers],
        "inputs": [json.dumps(handler.input) for handler in handlers],
        "outputs": [json.dumps(handler.output) for handler in handlers],
        "texts": [json.dumps(handler.texts) for handler in handlers],
    }
    session.execute(_TELL, parameters)
    return take_over(session, topics)


def take_over(session: Session, topics: Iterable[str]) -> int:
    """Queue the jobs of these topics that came before the handler was told; says how many."""
    waited = session.execute(_TAKE_OVER, {"topics": list(topics)}).all()
    # Those in a foreign worker's hands stay there; if its lease runs out, upkeep finds them.
    keys = [row.key for row in waited if row.state == "created"]
    enqueue(raw_connection(session), JOBS, keys)
    return len(keys)


def topics_seen(session: Session, topics: Iterable[str]) -> None:
    """Say that this worker still serves the topics, and forget those that nobody has served for a day."""
    session.execute(_SEEN, {"topics": list(topics)})
    session.execute(_FORGET)
