"""The tables, one noun a file. The engine's hot path writes them in SQL; screens and API read them through these."""

from engine.store.models.api_token import ApiToken
from engine.store.models.base import Base
from engine.store.models.batch import Batch, BatchItem
from engine.store.models.case_clock import CaseClock
from engine.store.models.case_number import CaseNumber
from engine.store.models.command import Command
from engine.store.models.comment import Comment
from engine.store.models.decision_instance import DecisionInstance
from engine.store.models.definition import Definition
from engine.store.models.deployment import Deployment
from engine.store.models.document import Document
from engine.store.models.form_draft import FormDraft
from engine.store.models.handler import Handler
from engine.store.models.history import HistoryRow
from engine.store.models.incident import Incident
from engine.store.models.instance import Instance
from engine.store.models.involved_unit import InvolvedUnit
from engine.store.models.job import Job
from engine.store.models.login_session import LoginAttempts, LoginSession
from engine.store.models.message import Message, MessageReceipt, MessageStart
from engine.store.models.model_draft import ModelDraft
from engine.store.models.person import Membership, Person, Shift, Substitute
from engine.store.models.start_event import StartEvent
from engine.store.models.subscription import Subscription
from engine.store.models.task import Task
from engine.store.models.timer import Timer
from engine.store.models.token_apart import TokenApart
from engine.store.models.unit import Unit
from engine.store.models.variable import Variable

__all__ = [
    "ApiToken",
    "Base",
    "Batch",
    "BatchItem",
    "CaseClock",
    "CaseNumber",
    "Command",
    "Comment",
    "DecisionInstance",
    "Definition",
    "Deployment",
    "Document",
    "FormDraft",
    "Handler",
    "HistoryRow",
    "Incident",
    "Instance",
    "InvolvedUnit",
    "Job",
    "LoginAttempts",
    "LoginSession",
    "Membership",
    "Message",
    "MessageReceipt",
    "MessageStart",
    "ModelDraft",
    "Person",
    "Shift",
    "StartEvent",
    "Subscription",
    "Substitute",
    "Task",
    "Timer",
    "TokenApart",
    "Unit",
    "Variable",
]
