"""The API on a database of the test's own: principals with tokens, and what tests do again and again."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from engine import store
from engine.definitions import Resource, deploy
from tests.engine.factories import diagram, end, flows, receive, service, start, user

TABLES = "instances variables jobs tasks incidents messages subscriptions definitions history commands case_clock"
# Who asks. A token is as good as a person: it has a unit, roles and groups.
TOKENS: Mapping[str, dict[str, Any]] = {
    "admin": {"unit": "HQ", "roles": ["admin"]},
    "analyst": {"unit": "GD", "roles": ["analyst"]},
    "operator": {"unit": "GD-GZ", "roles": ["operator"]},
    "worker": {"unit": "GD-GZ", "roles": ["worker"]},
    "clerk": {"unit": "GD-GZ", "groups": ["GD-GZ.crc.duty"]},
    "colleague": {"unit": "GD-GZ", "groups": ["GD-GZ.noc.duty"]},
    "foreigner": {"unit": "GD-SZ", "roles": ["operator", "worker"], "groups": ["GD-SZ.crc.duty"]},
}
# Asks a program, then a person of the customer response centre in Guangzhou.
TALK = diagram(
    start("s"),
    service("ask", "ask"),
    user("answer", "GD-GZ.crc.duty"),
    end("e"),
    flows("s ask answer e"),
    process_id="talk",
    name="询问",
    unit="GD-GZ",
    starters="*.crc.*",
)
WAIT = diagram(
    start("s"),
    receive("hear", "word", "=id"),
    end("e"),
    flows("s hear e"),
    process_id="wait",
    unit="GD-GZ",
    starters="*.crc.*",
)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class Office:
    """The web server's application, asked as one of TOKENS."""

    client: FlaskClient
    tokens: Mapping[str, str]
    language: str = "en"
    keys: dict[str, int] = field(default_factory=dict)

    def ask(self, who: str | None, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """One request. `body` is sent as JSON; bytes and multipart forms as they are (`data`, `content_type`)."""
        headers = {"Accept-Language": self.language, **more.pop("headers", {})}
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        if body is not None:
            more |= {"data": json.dumps(body, ensure_ascii=False), "content_type": "application/json"}
        response = self.client.open(path, method=method, headers=headers, **more)
        told = json.loads(response.data, parse_float=Decimal) if "json" in response.content_type else response.data
        return Answer(response.status_code, told, response.headers)

    def get(self, who: str, path: str) -> Any:
        return self._good(self.ask(who, "GET", path))

    def post(self, who: str, path: str, body: Any = None) -> Any:
        return self._good(self.ask(who, "POST", path, {} if body is None else body))

    def deploy(self, *files: bytes | tuple[str, bytes]) -> list[int]:
        """Keys of the definitions. Bare bytes are BPMN files."""
        resources = [Resource(*f) if isinstance(f, tuple) else Resource(f"p{n}.bpmn", f) for n, f in enumerate(files)]
        with store.transaction() as session:
            return [one.key for one in deploy(session, resources).definitions]

    def upload(self, who: str, *files: tuple[str, bytes]) -> Answer:
        """Deploy over the API."""
        parts = [(io.BytesIO(content), name) for name, content in files]
        return self.ask(who, "POST", "/v2/deployments", data={"resources": parts}, content_type="multipart/form-data")

    def start(self, process_id: str, who: str = "clerk", **more: Any) -> str:
        """The key of a started instance."""
        body = {"processDefinitionId": process_id, **more}
        return str(self.post(who, "/v2/process-instances", body)["processInstanceKey"])

    def job(self, who: str = "worker", kind: str = "ask", timeout: int = 60_000) -> Any:
        """The one job of a type, leased."""
        wanted = {"type": kind, "timeout": timeout, "maxJobsToActivate": 5, "requestTimeout": -1}
        [found] = self.post(who, "/v2/jobs/activation", wanted)["jobs"]
        return found

    def task(self, who: str = "clerk", **conditions: Any) -> Any:
        """The one open task."""
        wanted = {"filter": {"state": "CREATED", **conditions}}
        [found] = self.post(who, "/v2/user-tasks/search", wanted)["items"]
        return found

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with store.transaction() as session:
            return list(session.execute(text(statement), values).all())

    def everything(self) -> dict[str, Any]:
        """What the database holds, to see that nothing has changed."""
        tables = (
            "instances variables jobs tasks incidents messages subscriptions definitions history commands case_clock"
        )
        return {table: self.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in tables.split()}

    def _good(self, answer: Answer) -> Any:
        assert answer.status in (200, 204), answer.body
        return answer.body


def with_job(process_id: str, kind: str) -> bytes:
    """A process that is one job."""
    return diagram(start("s"), service("t", kind), end("e"), flows("s t e"), process_id=process_id, unit="GD-GZ")
