"""Small diagrams for tests: each function gives a part of a BPMN file, `diagram` puts the parts together.

    diagram(start("s"), script("t", "x + 1", "y"), end("e"), flows("s t e"))

Ids of flows are `<source>_<target>`. Values are as in a diagram: a text that begins with `=` is FEEL. Messages,
signals, errors and escalations come to the top of the file by themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from engine.core.spec import ProcessSpec
from engine.diagrams import parse
from engine.errors import Finding

OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" '
    'targetNamespace="tests" modeler:executionPlatform="Camunda Cloud">'
)


Found = Callable[..., list[Finding]]  # a fixture: the findings on a diagram of some parts


@dataclass(frozen=True)
class Part:
    """Something drawn, what it needs at the top of the file, and what the schema has at the end of its scope."""

    xml: str
    tops: tuple[str, ...] = ()
    artifacts: str = ""


def diagram(*parts: Part, process_id: str = "p", name: str = "流程", head: str = "", **properties: str) -> bytes:
    """A file of one executable process. `head` is XML of its extension elements; `properties` are the process's."""
    return file(process(*parts, process_id=process_id, name=name, head=head, **properties))


def process(*parts: Part, process_id: str = "p", name: str = "流程", head: str = "", **properties: str) -> Part:
    inside = _extensions(head + _properties(properties)) + _inside(parts)
    xml = f'<bpmn:process id={quoteattr(process_id)} name={quoteattr(name)} isExecutable="true">{inside}</bpmn:process>'
    return Part(xml, _tops(parts))


def file(*parts: Part) -> bytes:
    """A file of whole processes (or any other parts of the top level)."""
    tops = "".join(dict.fromkeys(_tops(parts)))
    return f"{OPENING}{''.join(part.xml for part in parts)}{tops}</bpmn:definitions>".encode()


def spec(*parts: Part, process_id: str = "p", **properties: str) -> ProcessSpec:
    """The frozen specification of a diagram of these parts."""
    return parse(diagram(*parts, process_id=process_id, **properties), f"{process_id}.bpmn").processes[0]


# Any element


def element(
    tag: str,
    id: str,  # noqa: A002 - BPMN's own name
    inside: Iterable[Part | str] = (),
    *,
    extensions: str = "",
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    properties: Mapping[str, str] | None = None,
    loop: Part | None = None,
    tops: tuple[str, ...] = (),
    **attributes: str,
) -> Part:
    """A flow node. `inputs` and `outputs`: target → source; attributes are BPMN's (name, default …)."""
    head = extensions + _mappings(inputs or {}, outputs or {}) + _properties(properties or {})
    parts = [loop] if loop else []
    parts += [part if isinstance(part, Part) else Part(part) for part in inside]
    written = _attributes(id=id, **attributes)
    told = [part for part in parts if part.xml.startswith("<bpmn:documentation")]
    body = _inside(told) + _extensions(head) + _inside(part for part in parts if part not in told)
    return Part(f"<bpmn:{tag}{written}>{body}</bpmn:{tag}>", (*tops, *_tops(parts)))


def flows(*ways: str, **conditions: str) -> Part:
    """Flows along each way: `flows("s a e", "a b")`. A condition by the flow's id: `flows("x a", x_a="=n > 1")`."""
    written = []
    for way in ways:
        stops = way.split()
        for source, target in pairwise(stops):
            written.append(flow(f"{source}_{target}", source, target, conditions.get(f"{source}_{target}")).xml)
    return Part("".join(written))


def flow(id: str, source: str, target: str, condition: str | None = None) -> Part:  # noqa: A002 - BPMN's own name
    body = "" if condition is None else f"<bpmn:conditionExpression>{_escaped(condition)}</bpmn:conditionExpression>"
    written = _attributes(id=id, sourceRef=source, targetRef=target)
    return Part(f"<bpmn:sequenceFlow{written}>{body}</bpmn:sequenceFlow>")


# Activities


def task(id: str, **more: object) -> Part:  # noqa: A002 - BPMN's own name
    return element("task", id, **more)  # type: ignore[arg-type]


def manual(id: str, **more: object) -> Part:  # noqa: A002
    return element("manualTask", id, **more)  # type: ignore[arg-type]


def user(
    id: str,  # noqa: A002
    groups: str | None = None,
    *,
    assignee: str | None = None,
    users: str | None = None,
    form: str | None = None,
    due: str | None = None,
    follow_up: str | None = None,
    priority: str | None = None,
    **more: object,
) -> Part:
    head = "<zeebe:userTask/>"
    head += _zeebe("assignmentDefinition", assignee=assignee, candidateGroups=groups, candidateUsers=users)
    head += _zeebe("formDefinition", formId=form)
    head += _zeebe("taskSchedule", dueDate=due, followUpDate=follow_up)
    head += _zeebe("priorityDefinition", priority=priority)
    return element("userTask", id, extensions=head, **more)  # type: ignore[arg-type]


def service(id: str, type: str = "work", **more: object) -> Part:  # noqa: A002
    return job("serviceTask", id, type, **more)


def job(
    tag: str,
    id: str,  # noqa: A002
    type: str,  # noqa: A002
    *inside: Part,
    retries: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Part:
    """Any element with a task definition: `job("sendTask", "n", "notify.email")`."""
    head = _zeebe("taskDefinition", type=type, retries=retries)
    if headers:
        written = "".join(_zeebe("header", key=key, value=value) for key, value in headers.items())
        head += f"<zeebe:taskHeaders>{written}</zeebe:taskHeaders>"
    return element(tag, id, inside, extensions=head, **more)  # type: ignore[arg-type]


def script(id: str, expression: str, result: str = "result", **more: object) -> Part:  # noqa: A002
    """A FEEL script; the leading `=` may be left out."""
    head = _zeebe("script", expression="=" + expression.removeprefix("="), resultVariable=result)
    return element("scriptTask", id, extensions=head, **more)  # type: ignore[arg-type]


def decision(
    id: str,  # noqa: A002
    decision_id: str,
    result: str = "result",
    binding: str | None = None,
    tag: str | None = None,
    **more: object,
) -> Part:
    """A business rule task; a `tag` goes with the binding `versionTag`."""
    bound = {"bindingType": binding, "versionTag": tag}
    head = _zeebe("calledDecision", decisionId=decision_id, resultVariable=result, **bound)
    return element("businessRuleTask", id, extensions=head, **more)  # type: ignore[arg-type]


def call(
    id: str,  # noqa: A002
    process_id: str,
    *,
    all_parent: bool = True,
    all_child: bool = True,
    binding: str | None = None,
    **more: object,
) -> Part:
    head = _zeebe(
        "calledElement",
        processId=process_id,
        propagateAllParentVariables=str(all_parent).lower(),
        propagateAllChildVariables=str(all_child).lower(),
        bindingType=binding,
    )
    return element("callActivity", id, extensions=head, **more)  # type: ignore[arg-type]


def send(id: str, name: str, key: str | None = None, **more: object) -> Part:  # noqa: A002
    """A send task that publishes its message itself."""
    reference, top = _message(name, key)
    return element("sendTask", id, tops=(top,), messageRef=reference, **more)  # type: ignore[arg-type]


def receive(id: str, name: str, key: str | None = None, **more: object) -> Part:  # noqa: A002
    reference, top = _message(name, key)
    return element("receiveTask", id, tops=(top,), messageRef=reference, **more)  # type: ignore[arg-type]


def sub(id: str, *inside: Part, **more: object) -> Part:  # noqa: A002
    """An embedded sub-process."""
    return element("subProcess", id, inside, **more)  # type: ignore[arg-type]


def event_sub(id: str, *inside: Part, **more: object) -> Part:  # noqa: A002
    return element("subProcess", id, inside, triggeredByEvent="true", **more)  # type: ignore[arg-type]


def each(
    collection: str,
    item: str | None = None,
    *,
    sequential: bool = False,
    collect: str | None = None,
    output: str | None = None,
    until: str | None = None,
) -> Part:
    """Multi-instance characteristics, for an activity's `loop`: `each("=list", "item")`."""
    head = _zeebe(
        "loopCharacteristics",
        inputCollection=collection,
        inputElement=item,
        outputCollection=collect,
        outputElement=output,
    )
    body = f"<bpmn:completionCondition>{_escaped(until)}</bpmn:completionCondition>" if until else ""
    written = _attributes(isSequential=str(sequential).lower())
    tag = "bpmn:multiInstanceLoopCharacteristics"
    return Part(f"<{tag}{written}>{_extensions(head)}{body}</{tag}>")


def repeat(
    number: str,
    *,
    sequential: bool = False,
    until: str | None = None,
    behavior: str = "All",
    event: str | None = None,
    inside: str = "",
) -> Part:
    """Multi-instance by loopCardinality. `event`: the id that behaviour None or One refers to, see `named_event`."""
    reference = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behavior, "")
    more = {reference: event} if reference else {}
    written = _attributes(isSequential=str(sequential).lower(), behavior=behavior, **more)
    body = f"<bpmn:loopCardinality>{_escaped(number)}</bpmn:loopCardinality>"
    body += f"<bpmn:completionCondition>{_escaped(until)}</bpmn:completionCondition>" if until else ""
    tag = "bpmn:multiInstanceLoopCharacteristics"
    return Part(f"<{tag}{written}>{body}{inside}</{tag}>")


def again(condition: str | None = None, *, most: int | None = None, before: bool = False) -> Part:
    """A standard loop: while the condition holds, at most so many times."""
    written = _attributes(testBefore=str(before).lower(), loopMaximum=None if most is None else str(most))
    body = f"<bpmn:loopCondition>{_escaped(condition)}</bpmn:loopCondition>" if condition else ""
    tag = "bpmn:standardLoopCharacteristics"
    return Part(f"<{tag}{written}>{body}</{tag}>")


def listening(*listeners: tuple[str, str], kind: str = "execution") -> str:
    """Listeners as `extensions` of an element: pairs of event and job type. `kind`: execution or task."""
    written = "".join(_zeebe(f"{kind}Listener", eventType=event, type=type) for event, type in listeners)  # noqa: A001
    return f"<zeebe:{kind}Listeners>{written}</zeebe:{kind}Listeners>"


def transaction(id: str, *inside: Part, **more: object) -> Part:  # noqa: A002
    return element("transaction", id, inside, **more)  # type: ignore[arg-type]


def ad_hoc(
    id: str,  # noqa: A002
    *inside: Part,
    until: str | None = None,
    cancel: bool = True,
    sequential: bool = False,
    active: str | None = None,
    collect: str | None = None,
    output: str | None = None,
    **more: object,
) -> Part:
    condition = f"<bpmn:completionCondition>{_escaped(until)}</bpmn:completionCondition>" if until else ""
    return element(
        "adHocSubProcess",
        id,
        [*inside, condition],
        extensions=_zeebe("adHoc", activeElementsCollection=active, outputCollection=collect, outputElement=output),
        ordering="Sequential" if sequential else "Parallel",
        cancelRemainingInstances=str(cancel).lower(),
        **more,  # type: ignore[arg-type]
    )


def undoing(event: str, host: str, handler: Part) -> Part:
    """What undoes `host`: the compensation boundary event `event`, its handler, and the association between them.

    The handler is drawn with `isForCompensation="true"` by whoever makes it; its id is read from its XML.
    """
    target = handler.xml.partition('id="')[2].partition('"')[0]
    bound = boundary(event, host, Part("<bpmn:compensateEventDefinition/>"))
    association = f"<bpmn:association{_attributes(sourceRef=event, targetRef=target)}/>"
    return Part(bound.xml + handler.xml, handler.tops, handler.artifacts + association)


# Gateways


def complex_gateway(id: str, activation: str | None = None, default: str | None = None, **more: object) -> Part:  # noqa: A002
    body = f"<bpmn:activationCondition>{_escaped(activation)}</bpmn:activationCondition>" if activation else ""
    return element("complexGateway", id, [body], **_default(default), **more)  # type: ignore[arg-type]


def exclusive(id: str, default: str | None = None, **more: object) -> Part:  # noqa: A002
    return element("exclusiveGateway", id, **_default(default), **more)  # type: ignore[arg-type]


def inclusive(id: str, default: str | None = None, **more: object) -> Part:  # noqa: A002
    return element("inclusiveGateway", id, **_default(default), **more)  # type: ignore[arg-type]


def parallel(id: str, **more: object) -> Part:  # noqa: A002
    return element("parallelGateway", id, **more)  # type: ignore[arg-type]


def event_based(id: str, **more: object) -> Part:  # noqa: A002
    return element("eventBasedGateway", id, **more)  # type: ignore[arg-type]


# Events; `event` is one of the definitions below


def start(id: str, event: Part | None = None, *, interrupting: bool = True, **more: object) -> Part:  # noqa: A002
    flag = {} if interrupting else {"isInterrupting": "false"}
    return element("startEvent", id, [event] if event else [], **flag, **more)  # type: ignore[arg-type]


def catch(id: str, event: Part, **more: object) -> Part:  # noqa: A002
    return element("intermediateCatchEvent", id, [event], **more)  # type: ignore[arg-type]


def throw(id: str, event: Part | None = None, **more: object) -> Part:  # noqa: A002
    return element("intermediateThrowEvent", id, [event] if event else [], **more)  # type: ignore[arg-type]


def end(id: str, event: Part | None = None, **more: object) -> Part:  # noqa: A002
    return element("endEvent", id, [event] if event else [], **more)  # type: ignore[arg-type]


def boundary(id: str, host: str, event: Part, *, interrupting: bool = True, **more: object) -> Part:  # noqa: A002
    flag = {} if interrupting else {"cancelActivity": "false"}
    return element("boundaryEvent", id, [event], attachedToRef=host, **flag, **more)  # type: ignore[arg-type]


def message(name: str, key: str | None = None) -> Part:
    """A message by name and, where it has one, correlation key (mostly FEEL)."""
    reference, top = _message(name, key)
    return Part(f"<bpmn:messageEventDefinition messageRef={quoteattr(reference)}/>", (top,))


def signal(name: str) -> Part:
    return _referring("signal", name, name=name)


def error(code: str | None = None) -> Part:
    """Without a code it catches every error."""
    return _referring("error", code, errorCode=code)


def escalation(code: str | None = None) -> Part:
    return _referring("escalation", code, escalationCode=code)


def condition(text: str, names: str | None = None, events: str | None = None) -> Part:
    """A conditional event; `names` and `events` (create, update) say which changes have it looked at again."""
    head = _extensions(_zeebe("conditionalFilter", variableNames=names, variableEvents=events))
    body = f"{head}<bpmn:condition>{_escaped(text)}</bpmn:condition>"
    return Part(f"<bpmn:conditionalEventDefinition>{body}</bpmn:conditionalEventDefinition>")


def link(name: str) -> Part:
    return Part(f"<bpmn:linkEventDefinition{_attributes(name=name)}/>")


def compensate(activity: str | None = None, *, wait: bool = True) -> Part:
    written = _attributes(activityRef=activity, waitForCompletion=None if wait else "false")
    return Part(f"<bpmn:compensateEventDefinition{written}/>")


def cancel() -> Part:
    return Part("<bpmn:cancelEventDefinition/>")


def several(*events: Part) -> Part:
    """Several definitions of one event; for a parallel multiple one the event has `parallelMultiple="true"`."""
    return Part("".join(event.xml for event in events), _tops(events))


def named_event(id: str, event: Part) -> Part:  # noqa: A002
    """An event definition at the top of the file, to be referred to by its id."""
    tag, _, rest = event.xml.removeprefix("<").partition("EventDefinition")
    return Part("", (*event.tops, f"<{tag}EventDefinition id={quoteattr(id)}{rest}"))


def global_task(tag: str, id: str, extensions: str = "") -> Part:  # noqa: A002
    """A task at the top of the file, for call activities: `global_task("globalUserTask", "g")`."""
    return Part("", (f"<bpmn:{tag}{_attributes(id=id)}>{_extensions(extensions)}</bpmn:{tag}>",))


def terminate() -> Part:
    return Part("<bpmn:terminateEventDefinition/>")


def timer(*, date: str | None = None, duration: str | None = None, cycle: str | None = None) -> Part:
    kinds = (("timeDate", date), ("timeDuration", duration), ("timeCycle", cycle))
    body = "".join(f"<bpmn:{tag}>{_escaped(text)}</bpmn:{tag}>" for tag, text in kinds if text is not None)
    return Part(f"<bpmn:timerEventDefinition>{body}</bpmn:timerEventDefinition>")


# Writing XML


def _message(name: str, key: str | None) -> tuple[str, str]:
    reference = _id("message", f"{name}{key or ''}")
    inside = _extensions(_zeebe("subscription", correlationKey=key)) if key else ""
    return reference, f"<bpmn:message{_attributes(id=reference, name=name)}>{inside}</bpmn:message>"


def _referring(kind: str, value: str | None, **attributes: str | None) -> Part:
    if value is None:
        return Part(f"<bpmn:{kind}EventDefinition/>")
    reference = _id(kind, value)
    top = f"<bpmn:{kind}{_attributes(id=reference, **attributes)}/>"
    return Part(f"<bpmn:{kind}EventDefinition {kind}Ref={quoteattr(reference)}/>", (top,))


def _id(kind: str, value: str) -> str:
    return f"{kind}_" + "".join(sign if sign.isalnum() else f"_{ord(sign):x}" for sign in value)


def _default(flow_id: str | None) -> dict[str, str]:
    return {} if flow_id is None else {"default": flow_id}


def _mappings(inputs: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    written = "".join(_zeebe("input", source=source, target=target) for target, source in inputs.items())
    written += "".join(_zeebe("output", source=source, target=target) for target, source in outputs.items())
    return f"<zeebe:ioMapping>{written}</zeebe:ioMapping>" if written else ""


def _properties(properties: Mapping[str, str]) -> str:
    written = "".join(_zeebe("property", name=name, value=value) for name, value in properties.items())
    return f"<zeebe:properties>{written}</zeebe:properties>" if written else ""


def _extensions(inside: str) -> str:
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>" if inside else ""


def _zeebe(tag: str, **attributes: str | None) -> str:
    written = _attributes(**attributes)
    return f"<zeebe:{tag}{written}/>" if written else ""


def _attributes(**attributes: str | None) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value is not None)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _inside(parts: Iterable[Part]) -> str:
    drawn = list(parts)
    return "".join(part.xml for part in drawn) + "".join(part.artifacts for part in drawn)


def _tops(parts: Iterable[Part]) -> tuple[str, ...]:
    return tuple(top for part in parts for top in part.tops)
