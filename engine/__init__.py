"""The front door: every name the other rooms may use."""

from engine import queries
from engine.clock import machine as machine_time
from engine.clock import now as case_time
from engine.core.commands import Activate, Modify, Move
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
    latest_key,
    process_spec,
)
from engine.definitions.editing import (
    Model,
    ModelKind,
    check_model,
    deploy_model,
    drop_model_draft,
    import_model,
    new_model,
    open_model,
    save_model,
)
from engine.definitions.in_force import InForce, in_force
from engine.definitions.translating import translatable
from engine.definitions.wording import element_name, form_in, form_labels, process_name, texts_of
from engine.directory.acting import acting
from engine.directory.calendar import holidays_ending, holidays_known_until
from engine.directory.organisation import DEMO as DEMO_ORGANISATION
from engine.directory.organisation import has_people
from engine.directory.organisation import load as load_organisation
from engine.directory.people import (
    all_people,
    authenticate,
    members,
    password_hash_of,
    principal_of,
    set_language,
    set_password,
)
from engine.directory.principal import Principal
from engine.directory.sessions import close_other_sessions, close_session, open_session, session_of
from engine.directory.throttling import count_attempt, forgive_attempts, throttled
from engine.directory.tokens import principal_of_token
from engine.directory.units import all_units
from engine.errors import (
    Conflict,
    Finding,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    TimedOut,
    TooLarge,
    TrunklineError,
    Unauthorized,
    Unavailable,
)
from engine.feel import to_json
from engine.instances import (
    TASKS,
    Instance,
    activate_inside,
    advance,
    apply_due_commands,
    cancel,
    check_mapping,
    migrate,
    modify,
    resume,
    retry_command,
    set_variables,
    start,
    suspend,
)
from engine.logs import configure as configure_logs
from engine.logs import request as with_request_id
from engine.logs import request_id
from engine.queries.due import next_timer
from engine.sandbox import Sandbox
from engine.sandbox import replay as play
from engine.settings import VERSION, Settings
from engine.settings import load as load_settings
from engine.store import (
    EmbeddedServer,
    Session,
    after_commit,
    configure,
    database,
    dispose,
    require_current,
    require_still_current,
    retrying,
    sqlstate,
    transaction,
    trying_again,
    upgrade,
)
from engine.store.case_clock import is_pinned as is_case_clock_pinned
from engine.store.case_clock import move_to as move_case_clock
from engine.store.case_clock import pin as pin_case_clock
from engine.store.case_clock import reset as reset_case_clock
from engine.store.json import dumps as dump_json
from engine.store.json import loads as load_json
from engine.store.listening import listen
from engine.store.session import WORTH_ANOTHER_TRY
from engine.texts import terminal_language, words
from engine.work.actions import Action, OpenForm, action_form, open_actions, send_action
from engine.work.activation import ActivatedJob, activate_jobs
from engine.work.api_tokens import TOKEN_ROLES, issue_token, issued_tokens, withdraw_token
from engine.work.batches import cancel_batch, create_batch
from engine.work.comments import LONGEST as LONGEST_COMMENT
from engine.work.comments import add_comment
from engine.work.conditionals import Evaluated, evaluate_conditions
from engine.work.contract import BpmnError, Handler, Job, Lookup, Port, Retry
from engine.work.decisions import EvaluatedDecision, evaluate_decision
from engine.work.documents import LARGEST as LARGEST_DOCUMENT
from engine.work.documents import STORE_ID as DOCUMENT_STORE
from engine.work.documents import TYPES as DOCUMENT_TYPES
from engine.work.documents import add_document, bind_documents, delete_document, read_document
from engine.work.documents import reference as document_reference
from engine.work.drafts import action_place, draft_of, drop_drafts, save_draft, start_place, task_place
from engine.work.expressions import EvaluatedExpression, evaluate_expression
from engine.work.form_data import check_start_form, form_findings, form_parts, task_variables
from engine.work.forms import Part as FormPart
from engine.work.jobs import Verdict, complete_job, fail_job, resolve_incident, throw_job_error, update_job
from engine.work.long_poll import activate_or_wait
from engine.work.lookups import look_up
from engine.work.messages import correlate_message, publish_message
from engine.work.signals import broadcast_signal
from engine.work.staff import (
    PLATFORM_ROLES,
    end_substitute,
    enter_group,
    give_roles,
    hire,
    leave_group,
    let_go,
    name_substitute,
    require_admin,
    reset_password,
    take_back,
)
from engine.work.tasks import (
    assign_task,
    claim_task,
    complete_task,
    hand_over_task,
    unassign_task,
    update_task,
)

__all__ = [
    "DEMO_ORGANISATION",
    "DOCUMENT_STORE",
    "DOCUMENT_TYPES",
    "LARGEST_DOCUMENT",
    "LONGEST_COMMENT",
    "PLATFORM_ROLES",
    "TASKS",
    "TOKEN_ROLES",
    "VERSION",
    "WORTH_ANOTHER_TRY",
    "Action",
    "Activate",
    "ActivatedJob",
    "BpmnError",
    "Conflict",
    "DeployRefused",
    "Deployed",
    "Deployment",
    "EmbeddedServer",
    "Evaluated",
    "EvaluatedDecision",
    "EvaluatedExpression",
    "Finding",
    "Forbidden",
    "FormPart",
    "Handler",
    "InForce",
    "Instance",
    "Invalid",
    "Job",
    "Lookup",
    "Model",
    "ModelKind",
    "Modify",
    "Move",
    "NotFound",
    "OpenForm",
    "Port",
    "Principal",
    "Resource",
    "Retry",
    "Sandbox",
    "Session",
    "Settings",
    "Throttled",
    "TimedOut",
    "TooLarge",
    "TrunklineError",
    "Unauthorized",
    "Unavailable",
    "Verdict",
    "acting",
    "action_form",
    "action_place",
    "activate_inside",
    "activate_jobs",
    "activate_or_wait",
    "add_comment",
    "add_document",
    "advance",
    "after_commit",
    "all_people",
    "all_units",
    "apply_due_commands",
    "assign_task",
    "authenticate",
    "bind_documents",
    "broadcast_signal",
    "cancel",
    "cancel_batch",
    "case_time",
    "check_mapping",
    "check_model",
    "check_start_form",
    "claim_task",
    "close_other_sessions",
    "close_session",
    "complete_job",
    "complete_task",
    "configure",
    "configure_logs",
    "correlate_message",
    "count_attempt",
    "create_batch",
    "database",
    "definition",
    "definition_xml",
    "delete_document",
    "deploy",
    "deploy_model",
    "dispose",
    "document_reference",
    "draft_of",
    "drop_drafts",
    "drop_model_draft",
    "dump_json",
    "element_name",
    "end_substitute",
    "enter_group",
    "evaluate_conditions",
    "evaluate_decision",
    "evaluate_expression",
    "fail_job",
    "forgive_attempts",
    "form_findings",
    "form_in",
    "form_labels",
    "form_of",
    "form_parts",
    "give_roles",
    "hand_over_task",
    "has_people",
    "hire",
    "holidays_ending",
    "holidays_known_until",
    "import_model",
    "in_force",
    "is_case_clock_pinned",
    "issue_token",
    "issued_tokens",
    "latest",
    "latest_key",
    "leave_group",
    "let_go",
    "listen",
    "load_json",
    "load_organisation",
    "load_settings",
    "look_up",
    "machine_time",
    "members",
    "migrate",
    "modify",
    "move_case_clock",
    "name_substitute",
    "new_model",
    "next_timer",
    "open_actions",
    "open_model",
    "open_session",
    "password_hash_of",
    "pin_case_clock",
    "play",
    "principal_of",
    "principal_of_token",
    "process_name",
    "process_spec",
    "publish_message",
    "queries",
    "read_document",
    "request_id",
    "require_admin",
    "require_current",
    "require_still_current",
    "reset_case_clock",
    "reset_password",
    "resolve_incident",
    "resume",
    "retry_command",
    "retrying",
    "save_draft",
    "save_model",
    "send_action",
    "session_of",
    "set_language",
    "set_password",
    "set_variables",
    "sqlstate",
    "start",
    "start_place",
    "suspend",
    "take_back",
    "task_place",
    "task_variables",
    "terminal_language",
    "texts_of",
    "throttled",
    "throw_job_error",
    "to_json",
    "transaction",
    "translatable",
    "trying_again",
    "unassign_task",
    "update_job",
    "update_task",
    "upgrade",
    "with_request_id",
    "withdraw_token",
    "words",
]
