"""Parses tasks, call activities and sub-processes."""

from engine.core.effects import Binding

from .elements import ElementParser
from .listeners import headers
from .names import Node, bpmn

TASK_FIELDS = {  # field of a user task → (zeebe element, attribute)
    "assignee": ("assignmentDefinition", "assignee"),
    "candidate_groups": ("assignmentDefinition", "candidateGroups"),
    "candidate_users": ("assignmentDefinition", "candidateUsers"),
    "due_date": ("taskSchedule", "dueDate"),
    "follow_up_date": ("taskSchedule", "followUpDate"),
    "priority": ("priorityDefinition", "priority"),
    "form_id": ("formDefinition", "formId"),
}


class JobParser(ElementParser):
    """Anything that may be work for a handler. `needs_type`: it can be nothing else."""

    needs_type = False

    def fill(self) -> None:
        definition = self.extensions.get("taskDefinition")
        if definition is not None:
            self.task.job_type = self.fields.value(definition, "type", required=True)
            self.task.retries = self.fields.value(definition, "retries")
        elif self.needs_type:
            self.findings.error("bpmn_job_without_type", self.node)
        priority = self.extensions.get("priorityDefinition")
        if priority is None:
            # The stock Modeler writes a job's priority by this name.
            priority = self.extensions.get("jobPriorityDefinition")
        self.task.priority = self.fields.value(priority, "priority")
        if found := headers(self.extensions.get("taskHeaders"), self.fields):
            self.task.headers = found

    def either(self, name: str) -> Node | None:
        """The zeebe element that says what is done, unless a task definition says it is a job; never both."""
        own = self.extensions.get(name)
        definition = self.extensions.get("taskDefinition")
        if own is not None and definition is not None:
            self.findings.error("bpmn_job_and_more", own, name=f"zeebe:{name}")
        elif own is None and definition is None:
            self.findings.error("bpmn_task_says_nothing", self.node, name=f"zeebe:{name}")
        return own


class ServiceTaskParser(JobParser):
    needs_type = True


class ScriptTaskParser(JobParser):
    """A FEEL expression, or a job. What SpiffWorkflow's own parser reads is a program text, which never runs here."""

    def fill(self) -> None:
        super().fill()
        script = self.either("script")
        if script is not None:
            self.task.expression = self.fields.feel(script, "expression", script.get("expression") or "", required=True)
            self.task.result_variable = self.fields.variable(script, "resultVariable", required=True)


class BusinessRuleTaskParser(JobParser):
    """A deployed decision, or a job."""

    def fill(self) -> None:
        super().fill()
        called = self.either("calledDecision")
        if called is not None:
            self.task.decision_id = self.fields.value(called, "decisionId", required=True)
            self.task.result_variable = self.fields.variable(called, "resultVariable", required=True)
            self.task.binding = binding(self, called)


class UserTaskParser(ElementParser):
    def fill(self) -> None:
        for field, (name, attribute) in TASK_FIELDS.items():
            setattr(self.task, field, self.fields.value(self.extensions.get(name), attribute))
        if found := headers(self.extensions.get("taskHeaders"), self.fields):
            self.task.headers = found
        form = self.extensions.get("formDefinition")
        if form is not None:
            self.task.form_binding = binding(self, form)


class CallActivityParser(ElementParser):
    def fill(self) -> None:
        called = self.extensions.get("calledElement")
        if called is None:
            self.findings.error("bpmn_call_without_process", self.node)
            return
        process = self.fields.value(called, "processId", required=True)
        if process is not None:  # else the file is refused, and nobody asks for it
            self.task.process = process
        self.task.binding = binding(self, called)
        self.task.propagate_all_parent = called.get("propagateAllParentVariables", "true") in ("true", "1")
        self.task.propagate_all_child = called.get("propagateAllChildVariables", "true") in ("true", "1")


class SubProcessParser(ElementParser):
    """An embedded or event sub-process; its contents lie beside it in the process and name it as their scope."""

    def fill(self) -> None:
        self.task.by_event = self.is_true("triggeredByEvent")


class AdHocSubProcessParser(ElementParser):
    def fill(self) -> None:
        # Named in the rules only so that the refusal can say what to draw instead.
        if self.extensions.get("taskDefinition") is not None:
            self.findings.error("bpmn_ad_hoc_job", self.node)
        self.task.sequential = (self.node.get("ordering") or "").strip() == "Sequential"
        self.task.cancel_remaining = self.is_true("cancelRemainingInstances", default=True)
        condition = self.node.find(bpmn("completionCondition"))
        if condition is not None:
            self.task.completion = self.fields.feel(condition, "completionCondition", condition.text or "", True)
        wanted = self.extensions.get("adHoc")
        if wanted is not None:
            text = wanted.get("activeElementsCollection") or ""
            self.task.active = self.fields.feel(wanted, "activeElementsCollection", text)
            if bool(wanted.get("outputCollection")) != bool(wanted.get("outputElement")):
                self.findings.error("bpmn_loop_output_incomplete", wanted)
            self.task.output_collection = self.fields.variable(wanted, "outputCollection")
            self.task.output_element = self.fields.feel(wanted, "outputElement", wanted.get("outputElement") or "")


def binding(parser: ElementParser, node: Node) -> Binding:
    """Which version of a called process, decision or form is meant."""
    kind = node.get("bindingType") or "latest"
    # a tag beside another kind of binding is what the modelling tool leaves behind
    tag = parser.fields.text(node, "versionTag", required=kind == "versionTag")
    return Binding(kind, tag if kind == "versionTag" else None)
