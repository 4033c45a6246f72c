"""JSON over HTTP, and sorting a server's answers into an answer, not there, not now and never."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import requests
import urllib3

from engine import Job, Port, Retry
from handlers.answers import never, not_now
from handlers.options import ca_file, seconds

_LONGEST_ANSWER = 10_000_000


def path_segment(identifier: str) -> str:
    """An id as one segment of an address. Raises adapter_failed for `.` and `..`, which no address can carry."""
    # A path's dots are removed before it is sent, encoded or not (RFC 3986, 5.2.4): another place would be asked.
    if identifier in (".", ".."):
        raise never(f"the id {identifier} would lead to another place of the server")
    # No sign is safe in an id: a slash in it would lead elsewhere, too.
    return quote(identifier, safe="")


def get_json(url: str, query: Mapping[str, Any], token: str | None, job: Job, port: Port) -> Any:
    """The answer of a GET; None for 404."""
    status, body = call("GET", url, token, job, port, query=query)
    return None if status == 404 else body


def call(
    method: str,
    url: str,
    token: str | None,
    job: Job,
    port: Port,
    *,
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    expected: tuple[int, ...] = (404,),
) -> tuple[int, Any]:
    """Status and body; statuses from 400 on only where they are expected. Fractions come as Decimal."""
    timeout = seconds(port, "timeout_s", 10)
    data = None if body is None else json.dumps(body, default=_number, ensure_ascii=False).encode()
    sent = {"Accept": "application/json", **({"Content-Type": "application/json"} if data else {}), **(headers or {})}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    with requests.Session() as session:
        # Neither a .netrc nor a proxy of the machine may stand in for the account and address of the ports file.
        session.trust_env = False
        session.verify = ca_file(port) or True
        try:
            # Not redirected: it would lead where the ports file does not, the token with it.
            with session.request(
                method, url, params=query, data=data, headers=sent, timeout=timeout, allow_redirects=False, stream=True
            ) as response:
                content = _content(response, job, port)
        except requests.exceptions.SSLError as error:
            raise never(f"port {port.name}: the server's certificate is not trusted") from error
        except (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
        ) as error:
            raise never(f"port {port.name}: the address in the ports file is no http(s) address") from error
        # requests does not put all of urllib3's errors into its own.
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise not_now(job, f"port {port.name}: not reachable ({type(error).__name__})") from error
    _check_status(response, expected, job, port)
    return response.status_code, _parsed(content, job, port)


def _check_status(response: requests.Response, expected: tuple[int, ...], job: Job, port: Port) -> None:
    status = response.status_code
    if status < 300 or status in expected:
        return
    words = f"port {port.name}: HTTP {status}"
    if status == 429 or status == 503:
        wait = response.headers.get("Retry-After", "")
        # Its other form is a date by the server's clock, which need not be ours.
        if wait.isdecimal() and wait.isascii():
            # At most an hour: a server's odd answer is not to hold a case for days.
            raise Retry(timedelta(seconds=min(int(wait), 3600)), words)
    if status in (408, 425, 429) or status >= 500:
        raise not_now(job, words)
    if status in (401, 403):
        raise never(f"{words}: the account in the ports file is not accepted")
    raise never(words)


def _content(response: requests.Response, job: Job, port: Port) -> bytes:
    """The body, bounded in length and, against a server that drips, by the end of the lease."""
    content = bytearray()
    for chunk in response.iter_content(65536):
        content += chunk
        if len(content) > _LONGEST_ANSWER:
            raise never(f"port {port.name}: the answer is longer than {_LONGEST_ANSWER // 1_000_000} MB")
        if datetime.now(UTC) > job.deadline:
            raise not_now(job, f"port {port.name}: the answer did not come in time")
    return bytes(content)


def _parsed(content: bytes, job: Job, port: Port) -> Any:
    if not content:
        return None
    try:
        return json.loads(content, parse_float=Decimal)
    except ValueError as error:
        # Mostly a gateway's error page with status 200, which passes.
        raise not_now(job, f"port {port.name}: the answer is no JSON") from error


def _number(value: Any) -> int | float:
    """A Decimal as a JSON number; the wire has no other kind."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return int(value) if value == value.to_integral_value() else float(value)
