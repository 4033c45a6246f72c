"""Literals, names, brackets and the expressions that begin with a keyword; then paths, filters and calls after them."""

from abc import ABC, abstractmethod

from engine.feel.cursor import Cursor
from engine.feel.names import KEYWORDS, STOPPERS
from engine.feel.numeric import literal_number
from engine.feel.syntax import (
    BadLiteral,
    Call,
    ContextOf,
    Filter,
    For,
    FunctionOf,
    If,
    Iterator,
    ListOf,
    Literal,
    Name,
    Node,
    Path,
    Quantified,
    RangeOf,
)
from engine.feel.temporal_text import parse_temporal
from engine.feel.tokens import Sort, Token
from engine.feel.type_parser import parse_type
from engine.feel.typesystem import ANY

_LITERALS = {"null": None, "true": True, "false": False}
_REFUSED = {"fromAi": "a function that computes here; `fromAi` belongs to AI agents and is not supported"}


class Primary(Cursor, ABC):
    """Everything but the operators."""

    @abstractmethod
    def expression(self) -> Node:
        """Any expression."""

    @abstractmethod
    def sum(self) -> Node:
        """An expression of arithmetic."""

    @abstractmethod
    def at_operator(self) -> bool:
        """Whether a comparison without a left side begins here."""

    @abstractmethod
    def operator_range(self) -> RangeOf:
        """`< 5` and its like."""

    def primary(self) -> Node:
        """The expression that begins here, without what follows it."""
        token = self.token
        if token.sort is Sort.NUMBER:
            return self._number(self.advance())
        if token.sort is Sort.STRING:
            return Literal(token.start, self.advance().text)
        if token.sort is Sort.AT:
            value = parse_temporal(self.advance().text)
            return BadLiteral(token.start, token.text) if value is None else Literal(token.start, value)
        if token.sort is Sort.SIGN:
            return self._bracket()
        if token.sort is Sort.WORD:
            return self._word()
        raise self.error("an expression")

    def _number(self, token: Token) -> Node:
        value = literal_number(token.text)
        if value is None:
            # The number has been stepped over; the error is to stand at it.
            self.index -= 1
            self.fail("a number of at most 6,144 digits")
        return Literal(token.start, value)

    def _word(self) -> Node:
        token = self.token
        # A known name of several words goes before a keyword: `if needed`, `for sale`.
        if token.text not in KEYWORDS or self.known_name():
            if token.text in _REFUSED:
                self.fail(_REFUSED[token.text])
            return Name(token.start, self.take_name())
        if token.text in _LITERALS:
            return Literal(token.start, _LITERALS[self.advance().text])
        if token.text == "if":
            return self._if()
        if token.text == "for":
            return self._for()
        if token.text in ("some", "every"):
            return self._quantified()
        if token.text == "function":
            return self._function()
        # A keyword only behind the parameters of a function; anywhere else it may be somebody's variable.
        if token.text == "external":
            return Name(token.start, self.take_name())
        raise self.error("an expression")

    def _bracket(self) -> Node:
        token = self.token
        if token.text == "(":
            return self._round()
        if token.text == "[":
            return self._square()
        # FEEL has two signs for each open end: `]1..5[` is `(1..5)`.
        if token.text == "]":
            self.advance()
            start = self.sum()
            if not self.at_sign(".."):
                self.fail("`..`")
            return self.range_from(token.start, start, False)
        if token.text == "{":
            return self._context()
        raise self.error("an expression")

    def _round(self) -> Node:
        start = self.advance().start
        if self.at_operator():
            node: Node = self.operator_range()
            self.expect(")")
            return node
        node = self.expression()
        if self.at_sign(".."):
            return self.range_from(start, node, False)
        self.expect(")")
        return node

    def _square(self) -> Node:
        start = self.advance().start
        items: list[Node] = []
        if not self.at_sign("]"):
            items.append(self._item())
            if self.at_sign(".."):
                return self.range_from(start, items[0], True)
            while self.accept(","):
                items.append(self._item())
        self.expect("]")
        return ListOf(start, tuple(items))

    def _item(self) -> Node:
        return self.operator_range() if self.at_operator() else self.expression()

    def range_from(self, at: int, start: Node, included: bool) -> RangeOf:
        """The rest of a range, from its `..` on."""
        self.expect("..")
        end = self.sum()
        if not self.at_sign("]", ")", "["):
            self.fail("the end of the range: `]`, `)` or `[`")
        return RangeOf(at, start, end, included, self.advance().text == "]")

    def _context(self) -> Node:
        start = self.advance().start
        entries: list[tuple[str, Node]] = []
        with self.knowing() as known:
            follows = not self.at_sign("}")
            while follows:
                # A key in quotes may be any string, one without is a name.
                key = self.advance().text if self.token.sort is Sort.STRING else self.take_text_until(":")
                self.expect(":")
                entries.append((key, self.expression()))
                known.add(key)
                self.remember_key(key)
                follows = self.accept(",")
        self.expect("}")
        return ContextOf(start, tuple(entries))

    def _if(self) -> Node:
        start = self.token.start
        branches = []
        while True:
            self.expect_word("if")
            condition = self.expression()
            self.expect_word("then")
            branches.append((condition, self.expression()))
            self.expect_word("else")
            # A name such as `if needed` is none of ours to take for a keyword.
            if not self.at_word("if") or self.known_name():
                return If(start, tuple(branches), self.expression())

    def _for(self) -> Node:
        start = self.advance().start
        iterators, names = self._iterators("return")
        with self.knowing(*names):
            return For(start, iterators, self.expression())

    def _quantified(self) -> Node:
        keyword = self.advance()
        iterators, names = self._iterators("satisfies")
        with self.knowing(*names):
            return Quantified(keyword.start, keyword.text == "every", iterators, self.expression())

    def _iterators(self, until: str) -> tuple[tuple[Iterator, ...], list[str]]:
        iterators: list[Iterator] = []
        with self.knowing() as known:
            while True:
                name = self.take_text_until("in")
                self.expect_word("in")
                source = self.expression()
                end = self.expression() if self.accept("..") else None
                iterators.append(Iterator(name, source, end))
                known.add(name)
                if not self.accept(","):
                    break
        self.expect_word(until)
        return tuple(iterators), [iterator.name for iterator in iterators]

    def _function(self) -> Node:
        start = self.advance().start
        self.expect("(")
        parameters = []
        follows = not self.at_sign(")")
        while follows:
            name = self.take_text_until(":", ",", ")")
            parameters.append((name, parse_type(self) if self.accept(":") else ANY))
            follows = self.accept(",")
        self.expect(")")
        if self.at_word("external"):
            self.advance()
            # Read, because the parse has to come past it, and dropped: functions outside FEEL are never run.
            self.expression()
            return FunctionOf(start, tuple(parameters), None)
        with self.knowing(*(name for name, _ in parameters)):
            return FunctionOf(start, tuple(parameters), self.expression())

    def postfix(self, node: Node) -> Node:
        """The node with the paths, filters and calls that follow it."""
        while True:
            if self.at_sign("."):
                at = self.advance().start
                node = Path(at, node, self._entry_name())
            # A literal cannot be called; saying so here gives the better message.
            elif self.at_sign("(") and not isinstance(node, Literal | ListOf | RangeOf):
                node = self._call(node)
            elif self.at_sign("[") and not self._closes_range():
                at = self.advance().start
                node = Filter(at, node, self.expression())
                self.expect("]")
            else:
                return node

    def _entry_name(self) -> str:
        if self.token.sort is not Sort.WORD:
            self.fail("a name")
        return self.take_name(built_ins=False)

    def _closes_range(self) -> bool:
        """`[1..5[` ends with the sign a filter begins with; a filter has an expression after it."""
        following = self.peek()
        if following.sort is Sort.END or (following.sort is Sort.WORD and following.text in STOPPERS):
            return True
        return following.sort is Sort.SIGN and following.text not in ("(", "[", "]", "{", "-")

    def _call(self, function: Node) -> Node:
        self.expect("(")
        arguments: list[Node] = []
        names: list[str] = []
        follows = not self.at_sign(")")
        while follows:
            if self._argument_is_named():
                names.append(self.take_text_until(":"))
                self.expect(":")
            arguments.append(self._item())
            follows = self.accept(",")
        if names and len(names) != len(arguments):
            self.fail("a name for each argument, or for none")
        self.expect(")")
        return Call(function.at, function, tuple(arguments), tuple(names) if names else None)

    def _argument_is_named(self) -> bool:
        for index in range(self.index, len(self.tokens)):
            token = self.tokens[index]
            if token.sort is Sort.SIGN and token.text == ":":
                return index > self.index
            # A colon before any bracket or comma: no expression has one there, so the argument is named.
            if token.sort not in (Sort.WORD, Sort.NUMBER, Sort.SIGN) or token.text in "()[]{},":
                return False
        return False
