"""The elements of a linked graph. Each gives its value once a run; a decision can be asked from outside."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.dmn.boxed import DecisionTable, LiteralExpression
from engine.dmn.compiling import compile_expression, compile_function
from engine.dmn.drg import DrawnDecision, DrawnInput, DrawnKnowledge, DrawnService
from engine.dmn.functions import invoke, make_function
from engine.dmn.literals import compile_literal
from engine.dmn.place import Place
from engine.dmn.result import DecisionResult, EvaluatedDecision, EvaluatedValue
from engine.dmn.scope import Run, Scope
from engine.dmn.types import Code, Typed, typed
from engine.feel import FeelLimitError, Moment


class Node:
    """What can be required. `variable` is the name under which expressions see it."""

    def __init__(self, drawn: DrawnInput | DrawnDecision | DrawnKnowledge | DrawnService) -> None:
        self.id = drawn.id
        self.name = drawn.name
        self.variable = drawn.variable.name
        self._declared = drawn.variable
        self.place = Typed(self.variable, self.id)
        self.surroundings = Surroundings()

    def prepare(self, place: Place) -> None:
        """Compile, once the nodes it requires are known."""
        self.place = place.typed(self.variable, self._declared.type_ref, self.id, self._declared.line)

    def value(self, run: Run) -> Any:
        """The node's value in the run, computed when first asked for."""
        if self not in run.values:
            run.values[self] = self.compute(run)
        return run.values[self]

    def compute(self, run: Run) -> Any:
        """The value, from those of the nodes required, which the run has or gets."""
        raise NotImplementedError

    def required(self) -> list["Node"]:
        """The nodes without which this one has no value."""
        return self.surroundings.nodes()


class Surroundings:
    """The required nodes by the names under which an expression sees them; those of an import stand in a context."""

    def __init__(self) -> None:
        self.own: list[Node] = []
        self.imported: dict[str, list[Node]] = {}

    def add(self, node: Node, prefix: str) -> bool:
        """Make a node known, by its name alone if the prefix is empty. False if another has that name already."""
        nodes = self.imported.setdefault(prefix, []) if prefix else self.own
        if node in nodes:
            return True
        alone = all(other.variable != node.variable for other in nodes)
        nodes.append(node)
        return alone

    def nodes(self) -> list[Node]:
        return [*self.own, *(node for nodes in self.imported.values() for node in nodes)]

    def names(self) -> frozenset[str]:
        """The names an expression may begin a path with, and those that may follow an import's."""
        return frozenset(self.imported) | {node.variable for node in self.nodes()}

    def values(self, run: Run) -> dict[str, Any]:
        values = {node.variable: node.value(run) for node in self.own}
        for prefix, nodes in self.imported.items():
            values[prefix] = {node.variable: node.value(run) for node in nodes}
        return values


class InputNode(Node):
    """Input data: the caller's variable of that name, brought to the declared type."""

    def compute(self, run: Run) -> Any:
        # Given as null and not given are told apart: the second is mostly a misspelt mapping.
        if self.variable not in run.caller:
            run.warn("input_missing", self.id, name=self.variable)
            return None
        return self.place.take_outside(run, run.caller[self.variable])


class Decision(Node):
    """A decision of a model that has been parsed and linked."""

    def __init__(self, drawn: DrawnDecision) -> None:
        super().__init__(drawn)
        self.drawn = drawn
        self._reads: frozenset[str] = frozenset()
        self._calls: frozenset[str] = frozenset()
        self._decisions: list[Decision] = []
        self._code: Code | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the input data that the decision and the decisions below it require."""
        nodes = (node for one in self._with_required() for node in one.surroundings.nodes())
        return tuple(dict.fromkeys(node.variable for node in nodes if isinstance(node, InputNode)))

    @property
    def reads(self) -> frozenset[str]:
        """The names of all the caller's variables that may be read, required or only used."""
        return frozenset(self.inputs).union(*(one._reads for one in self._with_required()))

    @property
    def calls(self) -> frozenset[str]:
        """The names of functions that neither the model nor FEEL has: the host must have them."""
        return frozenset().union(*(one._calls for one in self._with_required()))

    @property
    def type(self) -> str:
        """What the logic is: `decisionTable`, `literalExpression` …, `none`."""
        name = "none" if self.drawn.logic is None else type(self.drawn.logic).__name__
        return {"ListOf": "list"}.get(name, name[0].lower() + name[1:])

    def evaluate(self, scope: Mapping[str, Any], moment: Moment) -> DecisionResult:
        """The decision's value for the variables of a scope (JSON or FEEL values); raises nothing."""
        return outcome(Run(scope, moment), self.value)

    def prepare(self, place: Place) -> None:
        super().prepare(place)
        self._decisions = [node for node in self.surroundings.nodes() if isinstance(node, Decision)]
        logic = self.drawn.logic
        # The variable's type is then the only one to hold the text against at deploy.
        if isinstance(logic, LiteralExpression) and not logic.type_ref:
            self._code = typed(compile_literal(logic, place, self.place.type), self.place)
        elif logic is not None:
            self._code = typed(compile_expression(logic, place, self.name), self.place)
        self._reads, self._calls = frozenset(place.reads), frozenset(place.calls)

    def value(self, run: Run) -> Any:
        """Those it requires are computed first, in a loop: a graph may be deeper than Python's stack."""
        pending: list[Decision] = [self]
        while pending:
            decision = pending[-1]
            # What a service was given for an input decision is in the run already and is not computed.
            missing = [one for one in decision._decisions if one not in run.values]
            if decision in run.values:
                pending.pop()
            elif missing:
                # So that they are computed, and stand in the trace, in the order in which they are required.
                pending.extend(reversed(missing))
            else:
                run.values[decision] = decision.compute(run)
        return run.values[self]

    def compute(self, run: Run) -> Any:
        # A service called from a table's cell evaluates decisions in the middle of another.
        outer, run.tables = run.tables, []
        known = self.surroundings.values(run)
        value = None
        if self._code is None:
            run.warn("no_logic", self.id, name=self.name)
        else:
            value = self._code(run, Scope(known, run.caller))
        self._trace(run, known, value)
        run.tables = outer
        return value

    def _trace(self, run: Run, known: Mapping[str, Any], value: Any) -> None:
        table, tables = None, tuple(run.tables)
        # The decision's own table is recorded after those that its cells called.
        if isinstance(self.drawn.logic, DecisionTable) and tables:
            table, tables = tables[-1], tables[:-1]
        given = tuple(
            EvaluatedValue(node.id, node.name, known[node.variable])
            for node in self.surroundings.own
            if isinstance(node, InputNode | Decision)
        )
        inputs, rules = (given, ()) if table is None else (table.inputs, table.rules)
        run.trace.append(EvaluatedDecision(self.id, self.name, self.type, inputs, rules, value, tables))

    def _with_required(self) -> list["Decision"]:
        found: dict[Decision, None] = {self: None}
        pending = [self]
        while pending:
            new = [one for one in pending.pop()._decisions if one not in found]
            found.update(dict.fromkeys(new))
            pending.extend(new)
        return list(found)


class Callable(Node):
    """What is required as knowledge: its value is a function."""


class KnowledgeNode(Callable):
    """A business knowledge model: a function that sees its parameters and the knowledge it requires, no variables."""

    def __init__(self, drawn: DrawnKnowledge) -> None:
        super().__init__(drawn)
        self.drawn = drawn
        self._make: Any = None

    def prepare(self, place: Place) -> None:
        super().prepare(place)
        if self.drawn.logic is not None:
            self._make = compile_function(self.drawn.logic, place, self.variable, self.place)
        # What it reads beside its parameters and what it requires is null for every caller.
        for name in sorted(place.reads):
            place.doubt("unknown_name", self.id, self.drawn.line, name=name)

    def compute(self, run: Run) -> Any:
        if self._make is None:
            return run.warn("no_logic", self.id, name=self.name)
        return self._make(run, self.surroundings.values(run))

    def evaluate(self, scope: Mapping[str, Any], moment: Moment) -> DecisionResult:
        """The function applied to the variables of a scope that have its parameters' names."""
        return outcome(Run(scope, moment), lambda run: self._apply(run, scope))

    def _apply(self, run: Run, scope: Mapping[str, Any]) -> Any:
        function = self.value(run)
        if function is None:
            return None
        arguments = {name: scope.get(name) for name in function.parameters}
        return invoke(run, function, arguments, self.id, self.name)


class DecisionService(Callable):
    """A decision service: a function of its input data, then its input decisions, to its output decisions."""

    def __init__(self, drawn: DrawnService) -> None:
        super().__init__(drawn)
        self.outputs: list[Decision] = []
        self.parameters: list[Node] = []

    def evaluate(self, scope: Mapping[str, Any], moment: Moment) -> DecisionResult:
        """The service's value; its parameters are the variables of the same names."""

        def value(run: Run) -> Any:
            return self._invoke(run, [self._given(run, node, scope) for node in self.parameters])

        return outcome(Run(scope, moment), value)

    def required(self) -> list[Node]:
        return [*self.outputs]

    def compute(self, run: Run) -> Any:
        places = tuple(node.place for node in self.parameters)
        names = [node.variable for node in self.parameters]

        def body(inner: Run, scope: Mapping[str, Any]) -> Any:
            return self._invoke(inner, [scope[name] for name in names])

        # Of an empty scope: a service sees its parameters and nothing of its caller's.
        return make_function(run, self.variable, places, body, {})

    def _given(self, run: Run, node: Node, scope: Mapping[str, Any]) -> Any:
        if node.variable not in scope:
            run.warn("input_missing", node.id, name=node.variable)
        return node.place.take_outside(run, scope.get(node.variable))

    def _invoke(self, run: Run, values: Sequence[Any]) -> Any:
        """The parameters stand for their nodes; decisions behind input decisions are not computed."""
        # A run of its own: the same nodes have other values outside.
        inner = run.inner({node.variable: value for node, value in zip(self.parameters, values, strict=True)})
        inner.values.update(zip(self.parameters, values, strict=True))
        results = {decision.variable: decision.value(inner) for decision in self.outputs}
        run.failure = run.failure or inner.failure
        value = next(iter(results.values())) if len(self.outputs) == 1 else results
        # Some tools declare the type of the function here, others that of its result.
        return value if self.place.type.is_function else self.place.take(run, value)


def outcome(run: Run, value: Any) -> DecisionResult:
    """Run, with every limit that is met becoming the failure of the result."""
    result = None
    try:
        result = value(run)
    except FeelLimitError as error:
        run.fail("limit", "", message=error)
    except RecursionError:
        run.fail("limit", "", message=FeelLimitError("calls in calls"))
    return DecisionResult(result, tuple(run.trace), tuple(run.warnings), run.failure)
