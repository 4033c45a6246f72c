"""Hit policies: what a decision table answers when these rules match (clause 8.2.10, 8.2.11)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.dmn.boxed import DecisionTable, Rule
from engine.dmn.constants import NO_MOMENT
from engine.dmn.errors import Finding
from engine.dmn.place import Place
from engine.dmn.scope import Run
from engine.feel import Expression, UnaryTests, compile_expression

# FEEL's own, so that MIN and MAX order dates and texts as everywhere else.
_AGGREGATES: Mapping[str, Expression] = {
    "SUM": compile_expression("sum(hits)"),
    "MIN": compile_expression("min(hits)"),
    "MAX": compile_expression("max(hits)"),
}
_SAME = compile_expression("one = two")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched, with its outputs by name (the name of an only output may be empty)."""

    rule: Rule
    outputs: Mapping[str, Any]


class Policy:
    """The hit policy of one table. `values` is the text of each output's allowed values, in order of priority."""

    def __init__(self, table: DecisionTable, values: Sequence[str], element: str, place: Place) -> None:
        self._policy = table.hit_policy
        # One that stands beside another policy means nothing.
        self._aggregation = table.aggregation if table.hit_policy == "COLLECT" else ""
        self._element = element
        self._single = len(table.outputs) == 1
        self._names = [output.name for output in table.outputs]
        columns = [
            (text, column.id or element, column.line) for text, column in zip(values, table.outputs, strict=True)
        ]
        self._allowed = [place.unary_tests(*column) if column[0] not in ("", "-") else None for column in columns]
        ordered = self._policy in ("PRIORITY", "OUTPUT ORDER")
        self._ranks = [_ranks(place, *column) if ordered else [] for column in columns]
        if ordered and not any(self._ranks):
            place.findings.append(Finding("no_output_order", element, table.line, {"policy": self._policy}))

    def decide(self, run: Run, hits: Sequence[Hit]) -> Any:
        """The table's value; where the policy or an output's allowed values are violated, null and a failure."""
        # Several hits or none are answered by the policies as the kit of the standard expects them: only COLLECT
        # gives an empty list, the others null.
        if not all(self._allows(run, hit) for hit in hits):
            return None
        match self._policy:
            case "UNIQUE":
                return self._unique(run, hits)
            case "FIRST":
                return self._answer(hits[0]) if hits else None
            case "ANY":
                return self._any(run, hits)
            case "PRIORITY":
                return self._answer(min(hits, key=self._priority)) if hits else None
            case "OUTPUT ORDER":
                return [self._answer(hit) for hit in sorted(hits, key=self._priority)] or None
            case "RULE ORDER":
                return [self._answer(hit) for hit in hits] or None
        return self._collect(run, hits)

    def default(self, outputs: Mapping[str, Any]) -> Any:
        """The value when no rule matches and the outputs have defaults: a list where several rules would give one."""
        value = outputs[self._names[0]] if self._single else dict(outputs)
        many = self._policy in ("RULE ORDER", "OUTPUT ORDER") or (self._policy == "COLLECT" and not self._aggregation)
        return [value] if many and not isinstance(value, list) else value

    def _answer(self, hit: Hit) -> Any:
        return hit.outputs.get(self._names[0]) if self._single else dict(hit.outputs)

    def _unique(self, run: Run, hits: Sequence[Hit]) -> Any:
        if len(hits) > 1:
            return run.fail("several_rules", self._element, rules=_numbers(hits))
        return self._answer(hits[0]) if hits else None

    def _any(self, run: Run, hits: Sequence[Hit]) -> Any:
        answers = [self._answer(hit) for hit in hits]
        for answer in answers[1:]:
            # As FEEL compares: 1 and 1.0 are the same output, and so are two nulls.
            if not _SAME.evaluate({"one": answers[0], "two": answer}, run.moment).value:
                return run.fail("different_outputs", self._element, rules=_numbers(hits))
        return answers[0] if answers else None

    def _collect(self, run: Run, hits: Sequence[Hit]) -> Any:
        answers = [self._answer(hit) for hit in hits]
        if not self._aggregation:
            return answers
        # Since DMN 1.2 all outputs are counted, not the distinct ones.
        if self._aggregation == "COUNT":
            return Decimal(len(answers))
        if not answers:
            return None
        value = _AGGREGATES[self._aggregation].evaluate({"hits": answers}, run.moment).value
        if value is None:
            run.fail("not_aggregable", self._element, rules=_numbers(hits), aggregation=self._aggregation)
        return value

    def _allows(self, run: Run, hit: Hit) -> bool:
        for tests, (name, value) in zip(self._allowed, hit.outputs.items(), strict=False):
            # A null is an answer that was left open, not a wrong one.
            if tests is None or value is None:
                continue
            values = value if isinstance(value, list) else [value]
            if not all(tests.matches(one, {}, run.moment).value for one in values):
                run.fail("output_not_allowed", self._element, name=name)
                return False
        return True

    def _priority(self, hit: Hit) -> tuple[int, ...]:
        """The place of each output among its allowed values, the leftmost output first; unlisted ones come last."""
        return tuple(
            next((place for place, test in enumerate(ranks) if test.matches(value, {}, NO_MOMENT).value), len(ranks))
            for ranks, value in zip(self._ranks, hit.outputs.values(), strict=False)
        )


def _numbers(hits: Sequence[Hit]) -> str:
    return ", ".join(str(hit.rule.index) for hit in hits)


def _ranks(place: Place, text: str, element: str, line: int) -> list[UnaryTests]:
    """The allowed values one by one, in their order."""
    parts = split_tests(text) if text not in ("", "-") else []
    compiled = [place.unary_tests(part, element, line) for part in parts]
    return [tests for tests in compiled if tests is not None]


_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[^,"()\[\]{}]|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comma>,)')


def split_tests(text: str) -> list[str]:
    """A list of unary tests at its own commas, not those inside strings or brackets."""
    parts, depth, start = [], 0, 0
    for token in _PART.finditer(text):
        depth += (token.group("open") is not None) - (token.group("close") is not None)
        if token.group("comma") and depth == 0:
            parts.append(text[start : token.start()].strip())
            start = token.end()
    return [*parts, text[start:].strip()]
