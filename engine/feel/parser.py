"""Tokens to the syntax tree: DMN 1.5 chapter 10.3.1, operators by precedence climbing.

Brackets, ranges and unary tests share their first signs; what comes is decided as late as possible and never by
trying twice, so parsing takes time in proportion to the text.
"""

from collections.abc import Iterable
from contextlib import suppress

from engine.feel.cursor import Cursor
from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import MAX_TREE
from engine.feel.names import NameTable
from engine.feel.primary import Primary
from engine.feel.syntax import (
    Between,
    Chain,
    Comparison,
    In,
    InstanceOf,
    Logic,
    Negation,
    Node,
    RangeOf,
    Tests,
    depth,
)
from engine.feel.tokens import Sort, syntax_error
from engine.feel.type_parser import parse_type
from engine.feel.typesystem import Type

# From loose to tight; unary minus and `instance of` are tighter still and part of the operand.
# `**` goes from left to right like the rest, which the standard leaves open: `-2 ** 2` is 4.
_OR, _AND, _COMPARING, _ADDING, _MULTIPLYING, _POWER = 1, 2, 3, 4, 5, 6
_PRECEDENCE = {
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), _COMPARING),
    **dict.fromkeys("+-", _ADDING),
    **dict.fromkeys("*/", _MULTIPLYING),
    "**": _POWER,
}
_WORD_PRECEDENCE = {"or": _OR, "and": _AND, "between": _COMPARING, "in": _COMPARING}


def parse_expression(text: str, names: Iterable[str], built_ins: NameTable) -> Node:
    """The tree of an expression; FeelSyntaxError if the text is none."""
    parser = Parser(text, NameTable(names), built_ins)
    tree = parser.expression()
    return parser.finished(tree)


def parse_unary_tests(text: str, names: Iterable[str], built_ins: NameTable) -> Tests:
    """The tree of unary tests; an empty text is `-`."""
    table = NameTable(names)
    # `not(…)` around the whole negates tests, such as ranges, that the function could not take. Whether it is around
    # the whole is known at its end only: `not(a) and b` is no such case.
    negated = Parser(text, table, built_ins)
    if negated.at_word("not"):
        with suppress(FeelSyntaxError):
            tree = negated.negated_tests()
            negated.finished(tree)
            return tree
    parser = Parser(text, table, built_ins)
    tree = parser.unary_tests()
    parser.finished(tree)
    return tree


def parse_type_text(text: str, names: Iterable[str] = ()) -> Type:
    """A type by its text, such as `list<number>`."""
    cursor = Cursor(text, NameTable(names), NameTable())
    found = parse_type(cursor)
    if cursor.token.sort is not Sort.END:
        cursor.fail("the end of the type")
    return found


class Parser(Primary):
    """The operators; what they stand between is in `primary`."""

    def finished(self, tree: Node) -> Node:
        """The tree, if nothing follows it and it is not too deep to run."""
        if self.token.sort is not Sort.END:
            self.fail("an operator or the end of the expression")
        if depth(tree) > MAX_TREE:
            raise syntax_error(self.text, tree.at, "fewer levels in one another", "more")
        return tree

    def expression(self) -> Node:
        """Any expression."""
        with self.nested():
            return self._from(_OR)

    def sum(self) -> Node:
        """An expression of arithmetic: what may stand beside a comparison, `in` or `..`."""
        with self.nested():
            return self._from(_ADDING)

    def unary_tests(self) -> Tests:
        """The whole text as unary tests that are not negated as a whole."""
        start = self.token.start
        if self.token.sort is Sort.END:
            return Tests(start)
        if self.at_sign("-") and self.peek().sort is Sort.END:
            self.advance()
            return Tests(start)
        return Tests(start, self._tests())

    def negated_tests(self) -> Tests:
        """The whole text as `not(tests)`."""
        start = self.expect_word("not").start
        self.expect("(")
        items = self._tests()
        self.expect(")")
        return Tests(start, items, True)

    def _tests(self) -> tuple[Node, ...]:
        items = [self._test()]
        while self.accept(","):
            items.append(self._test())
        return tuple(items)

    def _test(self) -> Node:
        return self.operator_range() if self.at_operator() else self.expression()

    def at_operator(self) -> bool:
        """Whether a comparison without a left side begins here."""
        return self.at_sign("<", "<=", ">", ">=", "=", "!=")

    def operator_range(self) -> RangeOf:
        """`< 5` and its like."""
        operator = self.advance()
        operand = self.sum()
        return RangeOf(
            operator.start, operand, operand, operator.text in (">=", "="), operator.text in ("<=", "="), operator.text
        )

    def _from(self, lowest: int) -> Node:
        return self._continued(self._operand(), lowest)

    def _continued(self, left: Node, lowest: int) -> Node:
        while (precedence := self._precedence()) >= lowest:
            if precedence in (_OR, _AND):
                left = self._logic(left, precedence)
            elif precedence == _COMPARING:
                left = self._comparison(left)
            else:
                left = self._chain(left, precedence)
        return left

    def _precedence(self) -> int:
        token = self.token
        if token.sort is Sort.SIGN:
            return _PRECEDENCE.get(token.text, 0)
        return _WORD_PRECEDENCE.get(token.text, 0) if token.sort is Sort.WORD else 0

    def _logic(self, left: Node, precedence: int) -> Node:
        operator = self.token
        operands = [left]
        while self.at_word(operator.text):
            self.advance()
            operands.append(self._from(precedence + 1))
        return Logic(operator.start, operator.text, tuple(operands))

    def _chain(self, first: Node, precedence: int) -> Node:
        rest = []
        # Kept flat, so that a sum of thousands of terms is not thousands of levels deep.
        while self._precedence() == precedence:
            operator = self.advance()
            rest.append((operator.text, self._from(precedence + 1), operator.start))
        return Chain(first.at, first, tuple(rest))

    def _comparison(self, left: Node) -> Node:
        operator = self.advance()
        if operator.text == "between":
            low = self.sum()
            self.expect_word("and")
            return Between(operator.start, left, low, self.sum())
        if operator.text == "in":
            return In(operator.start, left, self._in_tests())
        if operator.text == "=" and self.at_sign("="):
            self.fail("an expression (equality is one `=`)")
        return Comparison(operator.start, operator.text, left, self._from(_ADDING))

    def _in_tests(self) -> tuple[Node, ...]:
        with self.nested():
            if self.at_operator():
                return (self.operator_range(),)
            if not self.at_sign("("):
                return (self._from(_ADDING),)
            start = self.advance().start
            first = self._test()
            if self.at_sign(".."):
                return (self._continued(self.postfix(self.range_from(start, first, False)), _ADDING),)
            items = [first]
            while self.accept(","):
                items.append(self._test())
            self.expect(")")
            if len(items) > 1:
                return tuple(items)
            # One expression in brackets was only the beginning of the test: `x in (1) + 1`.
            return (self._continued(self.postfix(first), _ADDING),)

    def _operand(self) -> Node:
        """A primary with what follows it, its minus signs and `instance of`."""
        signs = []
        while self.at_sign("-"):
            signs.append(self.advance().start)
        node = self.postfix(self.primary())
        # Two minus signs keep the check that the operand has a negative; more add nothing.
        for start in reversed(signs[-2:] if len(signs) % 2 == 0 else signs[-1:]):
            node = Negation(start, node)
        while self.at_word("instance") and self.peek().text == "of":
            start = self.advance().start
            self.advance()
            node = InstanceOf(start, node, parse_type(self))
        return node
