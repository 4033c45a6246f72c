"""The people of the demo organisation, each at Camunda's own SDK: who may do a task, and doing it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

import yaml
from camunda_orchestration_sdk import CamundaClient, models

from engine import DEMO_ORGANISATION

Found = TypeVar("Found")

PASSWORD = "demo"
PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.2


class Office:
    """Everybody who works with the Trunkline at `address`."""

    def __init__(self, address: str) -> None:
        self._address = f"{address}/v2"
        people = yaml.safe_load(DEMO_ORGANISATION.read_text(encoding="utf-8"))["people"]
        self._groups = {person["id"]: set(person.get("groups", ())) for person in people}
        self.names = {person["id"]: person["name"] for person in people}
        self.client = cache(self._client)

    def _client(self, person: str) -> CamundaClient:
        return CamundaClient(
            configuration={
                "CAMUNDA_REST_ADDRESS": self._address,
                "CAMUNDA_AUTH_STRATEGY": "BASIC",
                "CAMUNDA_BASIC_AUTH_USERNAME": person,
                "CAMUNDA_BASIC_AUTH_PASSWORD": PASSWORD,
            }
        )

    @property
    def admin(self) -> CamundaClient:
        return self.client("admin")

    def member(self, groups: list[str]) -> str:
        """Somebody in one of these groups."""
        for person, held in self._groups.items():
            if held & set(groups):
                return person
        raise LookupError(f"nobody in the demo is in {groups}")

    # Cases

    def case(self, key: str) -> Any:
        return self.admin.get_process_instance(process_instance_key=key)

    def case_of_ticket(self, ticket: str) -> Any:
        """The case that a ticket opened, as soon as it is there."""
        return until(lambda: next(self._with_variable("ticketId", ticket), None))

    def _with_variable(self, name: str, value: str) -> Iterator[Any]:
        query = {"filter": {"variables": [{"name": name, "value": f'"{value}"'}]}}
        yield from self.admin.search_process_instances(data=models.ProcessInstanceSearchQuery.from_dict(query)).items

    def family(self, key: str) -> set[str]:
        """The case and all that it called."""
        found, new = {key}, [key]
        while new:
            query = {"filter": {"parentProcessInstanceKey": new.pop()}, "page": {"limit": 50}}
            called = self.admin.search_process_instances(data=models.ProcessInstanceSearchQuery.from_dict(query)).items
            fresh = {str(one.process_instance_key) for one in called} - found
            found |= fresh
            new += fresh
        return found

    def called(self, key: str, process_id: str) -> list[Any]:
        """The instances of a process that a case called."""
        query = {"filter": {"parentProcessInstanceKey": key, "processDefinitionId": process_id}}
        return list(self.admin.search_process_instances(data=models.ProcessInstanceSearchQuery.from_dict(query)).items)

    def variables(self, key: str) -> dict[str, Any]:
        """Those of the case's own scope."""
        query = {"filter": {"processInstanceKey": key, "scopeKey": key}, "page": {"limit": 200}}
        data = models.SearchVariablesData.from_dict(query)
        found = self.admin.search_variables(data=data, truncate_values=False).items
        return {one.name: json.loads(one.value) for one in found}

    def incidents(self, key: str) -> list[Any]:
        found = self.admin.search_incidents(data=models.IncidentSearchQuery.from_dict({"filter": {"state": "ACTIVE"}}))
        family = self.family(key)
        return [one for one in found.items if str(one.process_instance_key) in family]

    # Tasks

    def tasks(self, key: str) -> list[Any]:
        """The open tasks of a case and of what it called."""
        query = {"filter": {"state": "CREATED"}, "page": {"limit": 100}}
        found = self.admin.search_user_tasks(data=models.UserTaskSearchQuery.from_dict(query)).items
        family = self.family(key)
        return [task for task in found if str(task.process_instance_key) in family]

    def task(self, key: str, element: str) -> Any:
        """An open task of the case at this element, as soon as there is one."""
        return until(lambda: next((task for task in self.tasks(key) if task.element_id == element), None))

    def do(self, task: Any, variables: Mapping[str, Any]) -> str:
        """Claim and complete a task as one of its candidates; gives who it was."""
        person = self.member(list(task.candidate_groups))
        self.claim(task, person)
        done = models.UserTaskCompletionRequest.from_dict({"variables": dict(variables)})
        self.client(person).complete_user_task(user_task_key=task.user_task_key, data=done)
        return person

    def claim(self, task: Any, person: str) -> None:
        """Take a task."""
        claim = models.UserTaskAssignmentRequest.from_dict({"assignee": person})
        self.client(person).assign_user_task(user_task_key=task.user_task_key, data=claim)

    # Others

    def publish(self, name: str, key: str, variables: Mapping[str, Any]) -> None:
        """What another system sends."""
        message = {"name": name, "correlationKey": key, "timeToLive": 60_000, "variables": dict(variables)}
        self.admin.publish_message(data=models.MessagePublicationRequest.from_dict(message))


def until(look: Callable[[], Found | None]) -> Found:
    """What `look` finds, as soon as it finds something."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        found = look()
        if found:
            return found
        time.sleep(LOOK_AGAIN_SECONDS)
    raise TimeoutError("it did not come to that in time")
