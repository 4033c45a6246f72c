"""A fault from the customer's call to the case's end, and a changed diagram for the next one, step by step."""

import email
import email.policy
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from camunda_orchestration_sdk import models

from tests.demo.office import Office, until

PROCESS = "fault_handling"
ENGLISH = Path(__file__).parents[2] / "processes" / PROCESS / f"{PROCESS}.en.yaml"
ANALYST = "zhou.yu"
ADVICE = (
    "The devices are asked over SNMP, so this takes a moment.",
    "Nobody acts. The case clock goes on; leases and sessions do not notice.",
)

# What people enter, by the task's element. What is not here is left lying.
ANSWERS: Mapping[str, Callable[[datetime], dict[str, Any]]] = {
    "attach": lambda now: {"choice": "new"},
    "accept": lambda now: {"decision": "accept", "impact": "partial"},
    "acknowledge": lambda now: {"note": "已知悉，正在处理"},
    "take_note": lambda now: {},
    "feedback": lambda now: {"progress": "正在更换尾纤", "expected_restore": iso(now + timedelta(hours=1))},
    "prejudge": lambda now: {"segments": [{"segment": "access", "specialty": "access", "unit": "GD-GZ"}]},
    "dispatch": lambda now: {
        "segments": [{"unit": "GD-GZ", "instruction": "测光衰", "due": iso(now + timedelta(hours=2))}]
    },
    "handle": lambda now: {
        "outcome": "repaired",
        "action": "更换尾纤",
        "cause_code": "optical",
        "restored_at": iso(now),
        "temporary": False,
    },
    "decide": lambda now: {"decision": "pass", "reason": "业务侧确认正常"},
    "confirm": lambda now: {"result": "restored", "confirmer": "王经理", "time": iso(now), "satisfaction": 5},
    "close": lambda now: {
        "cause_code": "optical",
        "responsibility": "operator",
        "faultStart": iso(now - timedelta(hours=1)),
        "restoredAt": iso(now),
    },
}


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def measurements(value: Any) -> list[dict[str, Any]]:
    """What was measured, wherever it stands in the variables."""
    if isinstance(value, dict):
        if {"metric", "value"} <= value.keys():
            return [value]
        value = list(value.values())
    return [found for part in value for found in measurements(part)] if isinstance(value, list) else []


class Story:
    """Tells itself through `say`. `mails` is the folder of the demo's mailbox."""

    def __init__(self, office: Office, mails: Path, say: Callable[[str], None]) -> None:
        self.office = office
        self.mails = mails
        self.say = say
        self.now = datetime.now(UTC)
        self._told = 0

    def tell(self) -> None:
        """All of it; the case clock is put back in the end, whatever happens."""
        try:
            key = self.report("T-1")
            self.accept(key)
            self.ask_devices(key)
            self.wait(key)
            self.repair(key)
            self.archive(key)
            self.change_the_diagram()
        finally:
            self.office.admin.reset_clock()

    def report(self, ticket: str) -> str:
        """Another system sends a fault as a message."""
        ticket = f"{ticket}-{time.time_ns()}"
        fault = {
            "ticketId": ticket,
            "reporter": {"name": "王经理", "phone": "020-5550-0001"},
            "customer": {"id": "C-1001", "label": "演示银行广东省分行"},
            "circuits": [{"id": "GD-L-0001", "label": "GD-L-0001 演示银行 天河–番禺"}],
            "phenomenon": "intermittent",
            "start": iso(self.now),
            "unit": "GD-GZ",
        }
        self.say("The customer's system reports a fault: message ticket.created over POST /v2/messages/publication.")
        self.office.publish("ticket.created", ticket, fault)
        case = self.office.case_of_ticket(ticket)
        number = case.additional_properties["caseNo"]
        self.say(f"  Case {number}, process {case.process_definition_id} version {case.process_definition_version}.")
        return str(case.process_instance_key)

    def accept(self, key: str) -> None:
        for element in ("attach", "accept"):
            self._do(self.office.task(key, element))

    def ask_devices(self, key: str) -> None:
        """The called test process measures at real (simulated) devices."""
        self.say(ADVICE[0])

        def tested() -> Any:
            return next((c for c in self.office.called(key, "circuit_test") if c.state == "COMPLETED"), None)

        test = str(until(tested).process_instance_key)
        found = measurements(self.office.variables(test).get("items"))
        for one in found:
            if one["value"] is not None:
                self.say(f"  {one['place']} {one['metric']}: {one['value']} {one.get('unit') or ''} ({one['verdict']})")
        rest = dict.fromkeys(one["metric"] for one in found if one["value"] is None)
        if rest:
            self.say(f"  SNMP cannot tell: {', '.join(rest)}. A person decides those.")
        self.say(f"  The circuit test says: {self.office.variables(test).get('result')}.")

    def wait(self, key: str) -> None:
        """The warning is mailed at 80 % of a task's limit; what nobody acknowledges goes up to the next level."""
        self.say(ADVICE[1])
        self.office.task(key, "acknowledge")
        self._pass(timedelta(minutes=9), lambda: any("预警" in subject for subject in self._mailed()))
        self._pass(timedelta(minutes=3), lambda: self._acknowledged_by(key, "duty_lead"))
        self.say("  The report has gone up to the duty lead.")

    def repair(self, key: str) -> None:
        self.say("Now everybody does their work.")
        self._work_off(key, until_done="confirm")

    def archive(self, key: str) -> None:
        self._do(self.office.task(key, "confirm"))
        self._work_off(key, until_done="close")
        self._do(self.office.task(key, "close"))
        self.say("Seven days later nobody has reopened it.")
        self._pass(timedelta(days=8), lambda: self.office.case(key).state == "COMPLETED")
        self.say("  The case is completed.")

    def change_the_diagram(self) -> None:
        """An analyst deploys the diagram with another name for a task; the next case runs on it."""
        client = self.office.client(ANALYST)
        query = {"filter": {"processDefinitionId": PROCESS, "isLatestVersion": True}}
        [old] = client.search_process_definitions(data=models.ProcessDefinitionSearchQuery.from_dict(query)).items
        xml = client.get_process_definition_xml(process_definition_key=old.process_definition_key)
        changed = xml.replace('name="预判', f'name="预判 v{old.version + 1} ', 1)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{PROCESS}.bpmn"
            path.write_text(changed, encoding="utf-8")
            # Without its English texts the new version would speak Chinese to everybody.
            deployed = client.deploy_resources_from_files([str(path), str(ENGLISH)])
        version = deployed.processes[0].process_definition_version
        self.say(f"{self.office.names[ANALYST]} deploys a changed diagram: version {version}.")
        key = self.report("T-2")
        case = self.office.case(key)
        assert case.process_definition_version == version > old.version
        # the SDK sends this body as it is given, so it is given as JSON
        self.office.admin.cancel_process_instance(process_instance_key=key, data={})

    def _do(self, task: Any) -> None:
        person = self.office.do(task, ANSWERS[task.element_id](self.now))
        self.say(f"  {self.office.names[person]} completes “{task.name or task.element_id}”.")

    def _work_off(self, key: str, until_done: str) -> None:
        """Do whatever is there to do, until the task named comes up."""

        def come() -> bool:
            open_tasks = self.office.tasks(key)
            if any(task.element_id == until_done for task in open_tasks):
                return True
            for task in open_tasks:
                if task.element_id in ANSWERS:
                    self._do(task)
            return False

        until(come)

    def _pass(self, time_span: timedelta, seen: Callable[[], Any]) -> None:
        """Let case time go on, and wait until what has to happen has."""
        self._told = len(self._subjects())
        self.now += time_span
        stamp = int(self.now.timestamp() * 1000)
        self.office.admin.pin_clock(data=models.ClockPinRequest(timestamp=stamp))
        self.say(f"  It is {self.now:%H:%M} UTC on {self.now:%d %B}.")
        until(seen)
        for subject in self._mailed():
            self.say(f"  mailed: {subject}")

    def _acknowledged_by(self, key: str, post: str) -> bool:
        groups = [g for t in self.office.tasks(key) if t.element_id == "acknowledge" for g in t.candidate_groups]
        return any(group.split(".")[2] == post for group in groups)

    def _mailed(self) -> list[str]:
        """The subjects of what was mailed since time last went on."""
        return self._subjects()[self._told :]

    def _subjects(self) -> list[str]:
        letters = (
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in sorted(self.mails.glob("*.eml"))
        )
        return [str(letter["Subject"]) for letter in letters]
