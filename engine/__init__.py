"""The front door: every name the other rooms may use."""

from engine import queries
from engine.clock import machine as machine_time
from engine.clock import now as case_time
from engine.definitions import (
    Deployed,
    Deployment,
    DeployRefused,
    Resource,
    definition,
    definition_xml,
    deploy,
    form_of,
    latest,
    process_spec,
)
from engine.directory.acting import acting
from engine.directory.people import authenticate, password_hash_of, principal_of
from engine.directory.principal import Principal
from engine.directory.tokens import principal_of_token
from engine.errors import (
    Conflict,
    Finding,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    TooLarge,
    TrunklineError,
    Unauthorized,
    Unavailable,
)
from engine.instances import (
    Instance,
    advance,
    apply_due_commands,
    cancel,
    resume,
    set_variables,
    start,
    suspend,
)
from engine.logs import request as with_request_id
from engine.logs import request_id
from engine.settings import VERSION, Settings
from engine.store import Session, configured_url, require_current, sqlstate, transaction
from engine.store.case_clock import pin as pin_case_clock
from engine.store.case_clock import reset as reset_case_clock
from engine.store.json import dumps as dump_json
from engine.store.json import loads as load_json
from engine.store.session import WORTH_ANOTHER_TRY
from engine.texts import terminal_language, words
from engine.work.contract import BpmnError, Handler, Job, Port, Retry

__all__ = [
    "VERSION",
    "WORTH_ANOTHER_TRY",
    "BpmnError",
    "Conflict",
    "DeployRefused",
    "Deployed",
    "Deployment",
    "Finding",
    "Forbidden",
    "Handler",
    "Instance",
    "Invalid",
    "Job",
    "NotFound",
    "Port",
    "Principal",
    "Resource",
    "Retry",
    "Session",
    "Settings",
    "Throttled",
    "TooLarge",
    "TrunklineError",
    "Unauthorized",
    "Unavailable",
    "acting",
    "advance",
    "apply_due_commands",
    "authenticate",
    "cancel",
    "case_time",
    "configured_url",
    "definition",
    "definition_xml",
    "deploy",
    "dump_json",
    "form_of",
    "latest",
    "load_json",
    "machine_time",
    "password_hash_of",
    "pin_case_clock",
    "principal_of",
    "principal_of_token",
    "process_spec",
    "queries",
    "request_id",
    "require_current",
    "reset_case_clock",
    "resume",
    "set_variables",
    "sqlstate",
    "start",
    "suspend",
    "terminal_language",
    "transaction",
    "with_request_id",
    "words",
]
