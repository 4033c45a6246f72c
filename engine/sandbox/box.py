"""The engine in memory, with a clock one sets: for Play mode, tests and simulation.

The core is the same as on PostgreSQL; only what an advance asks of the world is done to dictionaries here.
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine import diagrams, dmn
from engine.core import commands, conditions, effects
from engine.core.advance import advance
from engine.core.cases import case_no, owning_unit, prefix, series
from engine.core.messages import Waiting, next_buffered, receivers
from engine.core.migration import migrate
from engine.core.records import Job, Subscription, Timer
from engine.core.snapshot import read, write
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.core.surroundings import Calendar, Surroundings
from engine.core.timers import parse_cycle
from engine.definitions.start_events import openings
from engine.directory import calendar as calendars
from engine.errors import Conflict, Finding, Invalid, NotFound
from engine.work import contract

from .case import Case, Item
from .kept_rows import KeptRows
from .records import Message, StartEvent

Handler = Callable[[contract.Job], dict[str, Any]]
KINDS = (".dmn", ".form", ".bpmn")  # in the order in which they are read


class Sandbox:
    """Deploy, start, look at what waits, let time pass. Nothing happens by itself but what falls due."""

    def __init__(
        self, now: datetime | None = None, zone: str = "Asia/Shanghai", calendar: Calendar | None = None
    ) -> None:
        # Nine o'clock in Shanghai on a Monday, so that working time runs.
        self.now = now or datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
        self.zone = ZoneInfo(zone)
        self.calendar = calendar or calendars.standard()
        self.handlers: dict[str, Handler] = {}
        self.cases: list[Case] = []
        self.specs: dict[str, list[ProcessSpec]] = {}
        self.decisions: dict[str, dmn.Decision] = {}
        self.forms: dict[str, tuple[int, Any]] = {}
        self.messages: list[Message] = []
        self.starts: list[StartEvent] = []
        self.most_hops = 200  # fewer than for cases that last: somebody waits for the play
        self.restarts = False  # read every state back from its snapshot before each command
        self._numbers = 0
        self._series: Counter[tuple[str, str, date]] = Counter()
        self.most_between = 20_000  # what cases may ask of each other before somebody from outside acts again
        self._hops = 0  # of what is being done
        self._outbox: deque[tuple[int, Callable[[], None]]] = deque()
        self._models: dict[str, dmn.Model] = {}

    # Deploying

    def deploy(self, source: Path | str | bytes, name: str = "") -> None:
        """A file, a folder of files, or a file's bytes with its name. Raises Invalid with every finding."""
        if isinstance(source, bytes):
            self.deploy_files([(name, source)])
            return
        path = Path(source)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        self.deploy_files([(file.name, file.read_bytes()) for file in files if file.suffix in KINDS or file == path])

    def deploy_files(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Several files, each with its name; what others refer to is read first. Raises Invalid with every finding."""
        found: list[Finding] = []
        for name, data in sorted(files, key=lambda file: _place(file[0])):
            try:
                self._deploy(data, name)
            except Invalid as error:
                found += error.findings or [Finding(error.code, error.parameters, file=name)]
            except dmn.DmnError as error:
                found += [
                    Finding(**one.told(), severity="error", file=name, element=one.element, line=one.line)
                    for one in error.findings
                ]
        if found:
            raise Invalid("deployment_refused", findings=tuple(found))

    def take(
        self, specs: Iterable[ProcessSpec], decisions: Mapping[str, dmn.Decision], forms: Mapping[str, Any]
    ) -> None:
        """What is parsed already. Of these processes no timer starts anything: only the one that is deployed does."""
        for spec in specs:
            self.specs.setdefault(spec.process_id, []).append(spec)
            self._listen(spec)
        self.starts = [start for start in self.starts if start.opening.due_at is None]
        self.decisions.update(decisions)
        self.forms.update((form_id, (self._number(), form)) for form_id, form in forms.items())

    def _deploy(self, data: bytes, name: str) -> None:
        if name.endswith(".dmn"):
            self._deploy_decisions(data, name)
        elif name.endswith(".form"):
            self._deploy_form(data, name)
        else:
            for spec in diagrams.parse(data, name).processes:
                self.specs.setdefault(spec.process_id, []).append(spec)
                self._listen(spec)

    def _deploy_form(self, data: bytes, name: str) -> None:
        try:
            form = json.loads(data)
        # Python's parser gives up on what is nested without end.
        except (ValueError, RecursionError) as error:
            raise Invalid("form_not_json", reason=str(error)) from error
        if not isinstance(form, dict) or not isinstance(form.get("id"), str):
            raise Invalid("form_without_id")
        self.forms[form["id"]] = (self._number(), form)

    def copy(self, now: datetime | None = None) -> "Sandbox":
        """A sandbox with the same things deployed and no cases yet."""
        other = Sandbox(now or self.now, self.zone.key, self.calendar)
        other.specs = {process_id: list(versions) for process_id, versions in self.specs.items()}
        other.decisions, other.forms = dict(self.decisions), dict(self.forms)
        other.handlers, other._models, other._numbers = dict(self.handlers), dict(self._models), self._numbers
        # Anew, since timers of start events count from the copy's own time.
        for versions in other.specs.values():
            other._listen(versions[-1])
        return other

    def _deploy_decisions(self, data: bytes, name: str) -> None:
        model = dmn.parse(data, name)
        self._models[model.namespace] = model
        if model.imports:
            model = model.with_imports(self._models)
        self.decisions.update(model.decisions)

    def _listen(self, spec: ProcessSpec) -> None:
        """The start events of the latest version take the place of the older ones."""
        self.starts = [start for start in self.starts if start.process_id != spec.process_id]
        found, findings = openings(spec, self._surroundings(0).moment(), spec.file or "")
        if findings:
            raise Invalid("deployment_refused", findings=tuple(findings))
        self.starts += [StartEvent(self._number(), spec.process_id, opening) for opening in found]

    # Starting

    def start(
        self, process_id: str, variables: Mapping[str, Any] | None = None, business_id: str | None = None
    ) -> Case:
        """A new case of the latest version. Raises NotFound, or Conflict for a business id that is in use."""
        if process_id not in self.specs:
            raise NotFound("process_unknown", process_id=process_id)
        if not self._begins(process_id):
            raise Conflict("process_without_none_start", process_id=process_id)
        if business_id is not None and self._runs(process_id, business_id):
            raise Conflict("business_id_in_use", process_id=process_id, business_id=business_id)
        case = self._open(process_id, commands.Start(variables or {}), business_id=business_id)
        self._settle()
        return case

    def evaluate_conditions(self, variables: Mapping[str, Any]) -> list[Case]:
        """Open an instance at every conditional start event of the latest versions that these variables fulfil."""
        moment = self._surroundings(0).moment()
        wanted = [
            (process_id, element)
            for process_id, versions in self.specs.items()
            for element in conditions.openings(versions[-1], variables, moment)
        ]
        opened = [self._open(process_id, commands.Start(variables, element)) for process_id, element in wanted]
        self._settle()
        return opened

    def _begins(self, process_id: str) -> bool:
        """Whether a process can be started by itself, and not only by an event."""
        spec = self.specs[process_id][-1]
        return bool(spec.entries(spec.root.id))

    def _runs(self, process_id: str, business_id: str) -> bool:
        return any(
            case.process_id == process_id and case.business_id == business_id and case.state == "active"
            for case in self.cases
            if case.parent is None
        )

    def _open(
        self, process_id: str, command: commands.Start, parent: Case | None = None, business_id: str | None = None
    ) -> Case:
        spec = self.specs[process_id][-1]
        case = Case(self, spec, self._number(), parent)
        case.business_id = business_id or case.business_id
        self.cases.append(case)
        around = self._surroundings(case.key)
        case.unit = owning_unit(spec, command.variables, around.moment) or (parent.unit if parent else None)
        if letters := prefix(spec):
            place = series(letters, case.unit, around.moment().now.date())
            self._series[place] += 1
            case.case_no = case_no(*place, self._series[place])
            command = replace(command, variables={**command.variables, "no": case.case_no})
        self._advance(case, command)
        return case

    def set_variables(self, case: Case, variables: Mapping[str, Any]) -> None:
        """Change variables of a case from outside."""
        self.send(case, commands.SetVariables(case.key, variables))

    # Time, messages and signals

    def advance(self, by: timedelta | None = None, to: datetime | None = None) -> None:
        """Let time pass; what falls due fires in order, each at its own time."""
        target = to if to is not None else self.now + (by or timedelta())
        while due := min(self._due(target), key=lambda found: found[:2], default=None):
            # What was due before it was set does not turn the time back.
            self.now = max(self.now, due[0])
            due[2]()
            self._settle()
        self.now = target
        self.messages = [message for message in self.messages if message.expires > self.now]

    def next_due(self) -> datetime | None:
        """When the next timer falls due."""
        return min((when for when, *_ in self._due(datetime.max.replace(tzinfo=UTC))), default=None)

    def _due(self, target: datetime) -> Iterator[tuple[datetime, int, Callable[[], None]]]:
        for case in self.cases:
            for record in case.records.values():
                if isinstance(record, Timer) and record.due_at <= target:
                    yield record.due_at, record.key, Item(case, record).complete
        for start in self.starts:
            if start.opening.due_at is not None and start.opening.due_at <= target:
                yield start.opening.due_at, start.key, partial(self._fire_start, start)

    def _fire_start(self, start: StartEvent) -> None:
        opening = start.opening
        if opening.cycle is None or opening.left_times == 0:
            start.opening = replace(opening, due_at=None)
        else:
            left = None if opening.left_times is None else opening.left_times - 1
            due = parse_cycle(opening.cycle).next(self.now.astimezone(self.zone))
            start.opening = replace(opening, due_at=due, left_times=left)
        self._open(start.process_id, commands.Start(element=opening.element))

    def publish(
        self,
        name: str,
        correlation_key: str = "",
        variables: Mapping[str, Any] | None = None,
        ttl: timedelta = timedelta(),
        message_id: str | None = None,
    ) -> None:
        """A message reaches at most one receiver of each process id, and is buffered for `ttl`."""
        if message_id and any(
            (m.name, m.correlation_key, m.message_id) == (name, correlation_key, message_id) for m in self.messages
        ):
            raise Conflict("message_published_already", message_id=message_id)
        self._publish(Message(self._number(), name, correlation_key, variables or {}, self.now + ttl, message_id))
        self._settle()

    def _publish(self, message: Message) -> None:
        if message.expires > self.now:
            self.messages.append(message)
        for waiting in receivers(self._waiting("message", message.name), message.correlation_key, message.reached):
            self._give(message, waiting)

    def broadcast(self, signal: str, variables: Mapping[str, Any] | None = None) -> None:
        """A signal reaches all who wait for it."""
        self._broadcast(signal, variables or {})
        self._settle()

    def _broadcast(self, signal: str, variables: Mapping[str, Any]) -> None:
        for waiting in list(self._waiting("signal", signal)):
            if waiting.element is not None:
                self._open(waiting.process_id, commands.Start(variables, waiting.element))
            else:
                self._deliver(waiting, variables)

    def _waiting(self, kind: str, name: str) -> Iterator[Waiting]:
        for case in self.cases:
            for record in case.records.values():
                if isinstance(record, Subscription) and (record.kind, record.name) == (kind, name):
                    yield Waiting(record.key, case.process_id, case.key, record.correlation_key)
        for start in self.starts:
            if (start.opening.kind, start.opening.name) == (kind, name):
                yield Waiting(start.key, start.process_id, element=start.opening.element)

    def _give(self, message: Message, waiting: Waiting) -> None:
        if waiting.element is None:
            message.reached.add(waiting.process_id)
            self._deliver(waiting, message.variables)
        elif not self._guarded(waiting.process_id, message):
            message.reached.add(waiting.process_id)
            case = self._open(waiting.process_id, commands.Start(message.variables, waiting.element))
            case.started_by = (message.name, message.correlation_key)

    def _guarded(self, process_id: str, message: Message) -> bool:
        """Whether an instance that the same message and key opened still runs."""
        return bool(message.correlation_key) and any(
            case.process_id == process_id
            and case.state == "active"
            and case.started_by == (message.name, message.correlation_key)
            for case in self.cases
        )

    def _deliver(self, waiting: Waiting, variables: Mapping[str, Any]) -> None:
        case = next(case for case in self.cases if case.key == waiting.instance_key)
        # what came for another of them may have ended this one's wait
        if record := case.records.get(waiting.key):
            self._advance(case, commands.Deliver(record.key, record.element_key, record.element, variables))

    # Advancing

    def send(self, case: Case, command: commands.Command) -> None:
        """Give a case a command and do all that follows from it. Raises Conflict where it waits for no such thing."""
        if not self._advance(case, command):
            raise Conflict("waits_no_longer", process_id=case.process_id)
        self._settle()

    def _advance(self, case: Case, command: commands.Command) -> bool:
        if self.restarts and case.instance.tokens:
            self._restart(case)
        seed = case.key + case.instance.counter
        advanced = advance(case.spec, case.instance, command, self._surroundings(seed))
        case.instance.changed.clear()
        for effect in advanced.effects:
            self._apply(case, effect)
        return not advanced.stale

    def _restart(self, case: Case) -> None:
        case.instance, case.rows = self._read_back(case)

    def _read_back(self, case: Case) -> tuple[State, KeptRows]:
        """What a process that begins anew makes of what is kept."""
        rows = case.rows.after(case.instance)
        # Through JSON as in the database, so that nothing lives on that it could not hold.
        snapshot = json.loads(json.dumps(write(case.instance)))
        state = read(snapshot, case.key, case.spec, case.instance.status, rows)
        for scope, held in dict.items(case.instance.variables):
            if scope not in rows.kept:
                state.variables[scope] = dict(held)
        return state, rows

    def _settle(self) -> None:
        """Apply what instances asked of each other, run the handlers that are named, hand out buffered messages."""
        for _ in range(self.most_between):
            if not (self._outbox or self._run_handlers() or self._hand_out()):
                return
            if self._outbox:
                hops, work = self._outbox.popleft()
                self._hops = hops
                work()
                self._hops = 0
        # Else it would be done with the next step, which is not to blame for it.
        self._outbox.clear()
        raise Invalid("play_without_end", most=self.most_between)

    # One at a time: what a handler answers may end what others wait for, or make cases.
    def _run_handlers(self) -> bool:
        for case in self.cases:
            for record in list(case.records.values()):
                if isinstance(record, Job) and record.type in self.handlers and case.incident_of(record.key) is None:
                    self._run_handler(case, record)
                    return True
        return False

    def _run_handler(self, case: Case, record: Job) -> None:
        variables = record.variables if record.variables is not None else Item(case, record).variables
        job = contract.Job(
            key=record.key,
            topic=record.type,
            variables=dict(variables),
            headers=dict(record.headers),
            instance_key=case.key,
            process_id=case.process_id,
            element_id=record.element,
            case_no=case.case_no,
            business_id=case.business_id,
            attempt=1,
            deadline=self.now + timedelta(minutes=1),
        )
        at = (record.key, record.element_key)
        try:
            command: commands.Command = commands.CompleteJob(*at, self.handlers[record.type](job))
        except contract.BpmnError as error:
            command = commands.ThrowError(*at, error.code, str(error), error.variables or {})
        except Exception as error:  # noqa: BLE001 - a handler may raise anything; it becomes a failed try
            command = commands.FailJob(*at, record.retries - 1, f"{type(error).__name__}: {error}")
        self._advance(case, command)

    def _hand_out(self) -> bool:
        """Give one buffered message to somebody who waits for it by now."""
        for name in dict.fromkeys(message.name for message in self.messages):
            for waiting in self._waiting("message", name):
                known = ((m.key, m.correlation_key, m.reached) for m in self.messages if m.name == name)
                key = next_buffered(known, waiting)
                message = next((m for m in self.messages if m.key == key), None)
                if message and (waiting.element is None or not self._guarded(waiting.process_id, message)):
                    self._give(message, waiting)
                    return True
        return False

    def _apply(self, case: Case, effect: effects.Effect) -> None:
        match effect:
            case effects.Note():
                case.history.append(effect)
            case effects.Decided():
                case.decisions.append(effect)
            case effects.Doubt():
                case.doubts.append(effect)
            case effects.Open(record):
                case.records[record.key] = record
            case effects.Close(_, key):
                del case.records[key]
            case effects.Migrate(records):
                for _, key, element in records:
                    case.records[key] = replace(case.records[key], element=element)
            case effects.Change("instance", _, changes):
                case.unit = changes.get("unit", case.unit)
                case.held = changes.get("held", case.held)
            case effects.Change(_, key, changes):
                self._change(case, key, changes)
            case _:
                self._outbox.append((self._hops + effects.hops(effect), lambda: self._pass_on(case, effect)))

    def _change(self, case: Case, key: int, changes: Mapping[str, Any]) -> None:
        record = case.records[key]
        # States and back-off are the database's; here a record waits for as long as it is there.
        known = {name: value for name, value in changes.items() if hasattr(record, name)}
        case.records[key] = replace(record, **known)

    def _pass_on(self, case: Case, effect: effects.Effect) -> None:
        """What concerns other instances happens in their own turn."""
        match effect:
            case effects.Call():
                if not self._begins(effect.process_id):
                    told = {"process_id": effect.process_id}
                    failed = commands.Returned(effect.element_key, "failed", told, "process_without_none_start")
                    self._advance(case, failed)
                    return
                start = commands.Start(effect.variables, None, effect.catches, effect.element_key, effect.depth)
                self._open(effect.process_id, start, parent=case)
            case effects.Uncall(element_key):
                for child in self.cases:
                    if child.instance.caller == element_key and child.state == "active":
                        self._advance(child, commands.Cancel())
            case effects.Answer():
                answer = commands.Returned(
                    effect.element_key, effect.outcome, effect.variables, effect.code, effect.message
                )
                if case.parent is not None:
                    self._advance(case.parent, answer)
            case effects.Publish():
                expires, given = self.now + effect.ttl, effect.variables
                self._publish(Message(self._number(), effect.name, effect.correlation_key, given, expires))
            case effects.Broadcast():
                self._broadcast(effect.name, effect.variables)
            case effects.Proceed():
                self._advance(case, commands.Continue())

    def migrate(self, case: Case, mapping: Mapping[str, str]) -> None:
        """Bring a case to the latest version of its process. Raises Invalid, having changed nothing."""
        new = self.specs[case.process_id][-1]
        # A copy is migrated: what is refused late has changed it by then.
        state, rows = self._read_back(case)
        migrated = migrate(case.spec, new, state, mapping, self._surroundings(case.key + state.counter))
        case.spec, case.instance, case.rows = new, state, rows
        state.changed.clear()
        for effect in migrated.effects:
            self._apply(case, effect)
        self._settle()

    # What the core may ask

    def _surroundings(self, seed: int) -> Surroundings:
        functions = calendars.functions(self.calendar)
        return Surroundings(self.now, seed, self.zone, self, self.calendar, functions, self._hops, self.most_hops)

    def decision(self, decision_id: str, binding: effects.Binding) -> tuple[int, dmn.Decision] | None:
        # Nothing here has versions, so no key is told apart from another.
        return (0, self.decisions[decision_id]) if decision_id in self.decisions else None

    def has_process(self, process_id: str, binding: effects.Binding) -> bool:
        return process_id in self.specs

    def form_key(self, form_id: str, binding: effects.Binding) -> int | None:
        return self.forms[form_id][0] if form_id in self.forms else None

    def _number(self) -> int:
        self._numbers += 1
        # The lower bits are the counter's that the instance makes its own keys with (`state.COUNTER_BITS`).
        return self._numbers << 24


def _place(name: str) -> int:
    return KINDS.index(Path(name).suffix) if Path(name).suffix in KINDS else len(KINDS)
