"""A backtracking matcher, for patterns with back-references only. Every step is paid for from the run's budget.

A pattern becomes a list of instructions; choices not taken yet wait on a stack of our own, so neither long texts nor
nested repetitions reach Python's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel.patterns.charsets import Charset
from engine.feel.patterns.parsing import InvalidPatternError
from engine.feel.patterns.tree import (
    Anchor,
    BackReference,
    Choice,
    Dot,
    Flags,
    Group,
    OneOf,
    Repeat,
    Tree,
)
from engine.feel.run import Run

_LINE_ENDS = Charset(((10, 10), (13, 13)))
_LONGEST_PROGRAM = 20_000
_STEPS_TO_CHARGE = 8
_NOWHERE = -1


@dataclass(slots=True)
class _Step:
    """`set`: take a character. `anchor`, `back`: as they say. `save`: note the position in a slot. `split`: go on
    here or there. `jump`: go there. `moved`: fail unless the position has changed since the slot was noted."""

    action: str
    charset: Charset | None = None
    number: int = 0
    targets: tuple[int, ...] = ()


class Backtracking:
    """A pattern to be run; see `Matcher` in the package."""

    def __init__(self, tree: Tree, flags: Flags) -> None:
        self._flags = flags
        self._program: list[_Step] = []
        self._groups = 0
        self._loops = 0
        self._compile(tree)
        self._program.append(_Step("done"))

    def matches(self, run: Run, text: str) -> Iterator[list[tuple[int, int]]]:
        """All matches, from left to right."""
        start = 0
        while start <= len(text):
            found = self._match(run, text, start)
            if found is None:
                start += 1
                continue
            yield found
            # After an empty match one character on, else it would be found again for ever.
            start = found[0][1] + (found[0][0] == found[0][1])

    def _emit(self, step: _Step) -> int:
        if len(self._program) >= _LONGEST_PROGRAM:
            raise InvalidPatternError("it is too large")
        self._program.append(step)
        return len(self._program) - 1

    def _compile(self, tree: Tree) -> None:
        if isinstance(tree, OneOf):
            self._emit(_Step("set", tree.charset.ignoring_case() if self._flags.ignore_case else tree.charset))
        elif isinstance(tree, Dot):
            self._emit(_Step("set", Charset(((0, 0x10FFFF),)) if self._flags.dot_all else _LINE_ENDS.complement()))
        elif isinstance(tree, Anchor):
            self._emit(_Step("anchor", number=ord(tree.sign)))
        elif isinstance(tree, BackReference):
            self._emit(_Step("back", number=tree.group))
        elif isinstance(tree, Group):
            self._group(tree)
        elif isinstance(tree, Repeat):
            self._repeat(tree)
        elif isinstance(tree, Choice):
            self._choice(tree)
        else:
            for part in tree.parts:
                self._compile(part)

    def _group(self, group: Group) -> None:
        self._groups = max(self._groups, group.number)
        if group.number:
            self._emit(_Step("save", number=2 * group.number))
        self._compile(group.body)
        if group.number:
            self._emit(_Step("save", number=2 * group.number + 1))

    def _choice(self, choice: Choice) -> None:
        jumps = []
        for option in choice.options[:-1]:
            split = self._emit(_Step("split"))
            self._compile(option)
            jumps.append(self._emit(_Step("jump")))
            self._program[split].targets = (split + 1, len(self._program))
        self._compile(choice.options[-1])
        for jump in jumps:
            self._program[jump].targets = (len(self._program),)

    def _repeat(self, repeat: Repeat) -> None:
        for _ in range(repeat.least):
            self._compile(repeat.body)
        if repeat.most is None:
            # Each round must take something, else `(a*)*` would go round for ever.
            self._loops += 1
            slot = -self._loops
            split = self._emit(_Step("split"))
            self._emit(_Step("save", number=slot))
            self._compile(repeat.body)
            self._emit(_Step("moved", number=slot))
            self._emit(_Step("jump", targets=(split,)))
            self._branch(split, repeat.lazy)
            return
        splits = []
        for _ in range(repeat.most - repeat.least):
            splits.append(self._emit(_Step("split")))
            self._compile(repeat.body)
        for split in splits:
            self._branch(split, repeat.lazy)

    def _branch(self, split: int, lazy: bool) -> None:
        inside, after = split + 1, len(self._program)
        self._program[split].targets = (after, inside) if lazy else (inside, after)

    def _match(self, run: Run, text: str, start: int) -> list[tuple[int, int]] | None:
        slots = {0: start}
        waiting: list[tuple[int, int, dict[int, int]]] = [(0, start, slots)]
        steps = 0
        while waiting:
            index, position, slots = waiting.pop()
            while index != _NOWHERE:
                steps += 1
                # In lots: charging each step would cost more than the step.
                if steps % _STEPS_TO_CHARGE == 0:
                    run.charge(1 + len(slots) // 4)
                step = self._program[index]
                if step.action == "done":
                    return self._spans(slots, position)
                if step.action == "split":
                    waiting.append((step.targets[1], position, slots))
                    index = step.targets[0]
                elif step.action == "jump":
                    index = step.targets[0]
                elif step.action == "save":
                    # A copy: the choices that wait keep the positions they were left with.
                    slots = {**slots, step.number: position}
                    index += 1
                else:
                    position = self._consume(step, text, position, slots)
                    index = index + 1 if position >= 0 else _NOWHERE
        return None

    def _consume(self, step: _Step, text: str, position: int, slots: dict[int, int]) -> int:
        """The position after the step, or -1 if it does not match there."""
        if step.action == "set":
            fits = position < len(text) and step.charset is not None and ord(text[position]) in step.charset
            return position + 1 if fits else -1
        if step.action == "moved":
            return position if slots[step.number] != position else -1
        if step.action == "anchor":
            return position if self._at_anchor(chr(step.number), text, position) else -1
        earlier = text[slots.get(2 * step.number, 0) : slots.get(2 * step.number + 1, 0)]
        here = text[position : position + len(earlier)]
        same = here.casefold() == earlier.casefold() if self._flags.ignore_case else here == earlier
        return position + len(earlier) if same else -1

    def _at_anchor(self, sign: str, text: str, position: int) -> bool:
        if sign == "^":
            return position == 0 or (self._flags.multiline and text[position - 1] == "\n")
        return position == len(text) or (self._flags.multiline and text[position] == "\n")

    def _spans(self, slots: dict[int, int], end: int) -> list[tuple[int, int]]:
        groups = ((2 * group, 2 * group + 1) for group in range(1, self._groups + 1))
        return [(slots[0], end), *((slots.get(left, -1), slots.get(right, -1)) for left, right in groups)]
