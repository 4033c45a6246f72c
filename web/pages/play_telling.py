"""What a play has come to, as data for the page: cases, what waits in them, their variables, warnings and decisions."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import engine
from web.asking import Language

# More than anybody looks at; a loop over thousands of items opens as many.
MOST_CASES, MOST_ITEMS, MOST_PATH = 40, 100, 500
Texts = Mapping[str, Mapping[str, str]]


def told(box: engine.Sandbox, process_id: str, texts: Texts, language: Language) -> dict[str, Any]:
    """The whole of it."""
    due = box.next_due()
    cases = box.cases[:MOST_CASES]
    spec, known = box.specs[process_id][-1], texts.get(process_id, {})
    return {
        "name": known.get(process_id) or spec.description or process_id,
        "now": box.now.isoformat(),
        "next_due": due.isoformat() if due else None,
        "cases": [_case(box, case, texts.get(case.process_id, {}), language) for case in cases],
        "left_out": len(box.cases) - len(cases),
        "starts": list(_starts(box, process_id)),
    }


def _starts(box: engine.Sandbox, process_id: str) -> Iterator[dict[str, Any]]:
    """How the process can begin: by somebody, with a form if it has one, or by an event."""
    spec = box.specs[process_id][-1]
    for entry in spec.entries(spec.root.id)[:1]:
        form = spec.elements[entry].properties.get("form")
        yield {
            "kind": "none",
            "name": None,
            "form": form.text if form and form.text in box.forms else None,
        }
    for start in box.starts:
        if start.process_id == process_id:
            yield {"kind": start.opening.kind, "name": start.opening.name, "form": None}


def _case(box: engine.Sandbox, case: Any, texts: Mapping[str, str], language: Language) -> dict[str, Any]:
    spec = case.spec

    def name(element: str) -> str:
        drawn = spec.elements.get(element)
        return texts.get(element) or getattr(drawn, "bpmn_name", None) or element

    tokens = [token.task_spec.id for token in case.instance.tokens.values() if token.task_spec.id != spec.root.id]
    # What the process waits for stands before what people may do besides.
    items = sorted(case.waiting, key=lambda item: item.action is not None)
    return {
        "key": case.key,
        "process_id": case.process_id,
        "name": texts.get(case.process_id) or spec.description or case.process_id,
        "case_no": case.case_no,
        "called": case.parent is not None,
        "state": case.state,
        "held": case.held,
        "unit": case.unit,
        "active": dict(Counter(tokens)),
        "completed": sorted(set(case.path)),
        "flows": sorted(set(case.flows)),
        "path": [name(element) for element in case.path[-MOST_PATH:]],
        "path_ids": case.path[-MOST_PATH:],
        "texts": dict(texts),
        "waiting": [_item(box, item, name) for item in items[:MOST_ITEMS]],
        "left_out": max(len(items) - MOST_ITEMS, 0),
        "incidents": [_incident(stopped, name, language) for stopped in case.incidents[:MOST_ITEMS]],
        "variables": case.variables,
        "warnings": [_warning(doubt, name, language) for doubt in case.doubts[-MOST_ITEMS:]],
        "decisions": [_decision(decided, name) for decided in case.decisions[-MOST_ITEMS:]],
    }


def _item(box: engine.Sandbox, item: Any, name: Any) -> dict[str, Any]:
    action = item.action or {}
    form = item.form_id or action.get("form")
    return {
        "key": item.key,
        "kind": item.kind,
        "element": item.element,
        "name": action.get("label") or name(item.element),
        "what": item.type or item.name or "",
        "correlation_key": item.correlation_key,
        "due": item.due.isoformat() if item.due else None,
        "groups": list(item.candidate_groups),
        "action": item.action is not None,
        "variables": item.variables,
        "form": form if form in box.forms else None,
    }


def _incident(stopped: Any, name: Any, language: Language) -> dict[str, Any]:
    record = stopped.record
    message = engine.words(engine.Finding(record.code, record.parameters), language)
    return {"key": record.key, "element": record.element, "name": name(record.element), "message": message}


def _warning(doubt: Any, name: Any, language: Language) -> dict[str, Any]:
    said = [engine.words(engine.Finding(**one.told()), language) for one in doubt.warnings]
    return {"element": doubt.element, "name": name(doubt.element), "expression": doubt.expression, "said": said}


def _decision(decided: Any, name: Any) -> dict[str, Any]:
    """What was decided, and by which rules; the last of the trace is the one that was asked for."""
    trace = decided.result.trace_to_json()
    last = trace[-1] if trace else {}
    rules = [{"index": rule["index"], "annotations": rule["annotations"]} for rule in last.get("rules", ())]
    return {
        "element": decided.element,
        "name": name(decided.element),
        "decision": last.get("name") or last.get("id") or "",
        "inputs": {one["name"] or one["id"]: one["value"] for one in last.get("inputs", ())},
        "output": last.get("output"),
        "rules": rules,
    }
