"""Writes random FEEL expressions that mostly have a value: each form asks for operands of the kinds it works on."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
DAYS = ('date("2026-01-31")', 'date("2024-02-29")', '@"2025-12-31"', "date(2026, 3, 1)")
SPANS = ('@"P1D"', '@"PT36H"', 'duration("P2DT3H4M")', '@"-PT90M"')
MONTHS = ('@"P1M"', '@"P1Y2M"', 'duration("P14M")')
TIMES = ('@"10:00:00"', 'time("23:59:30")', '@"2026-01-31T10:00:00Z"', 'date and time("2024-02-29T23:00:00")')
NUMBERS = ("0", "1", "2", "3", "10", "-4", "0.5", "1.25", "100")
TEXTS = ('""', '"a"', '"abc"', '"Foo Bar"', '"联通"', '"a-b-c"', '"10"')
# What each kind can be made of; capital letters stand for an operand of a kind.
FORMS: dict[str, tuple[str, ...]] = {
    "N": (
        *("N + N", "N - N", "N * N", "N / N", "-(N)", "abs(N)", "floor(N)", "ceiling(N)", "modulo(N, N)", "(N)"),
        *("sum(L)", "count(L)", "min(L)", "max(L)", "mean(L)", "median(L)", "string length(T)", "number(T)"),
        *("if B then N else N", "L[N]", "L[1]", "L[-1]", "{a: N, b: a + N}.b", "decimal(N, 1)", "round half up(N, 0)"),
        *("date(D).year", "D.month", "D.day", "D.weekday", "S.hours", "S.days", "M.months", "N ** 2", "odd(N)"),
        *(
            "(function(x) x + N)(N)",
            "product(L)",
            "even(N)",
            "index of(L, N)[1]",
            "years and months duration(D, D).years",
        ),
    ),
    "B": (
        *("N < N", "N <= N", "N = N", "N != N", "N > N", "B and B", "B or B", "not(B)", "T = T", "T < T", "D < D"),
        *(
            "N in [N..N]",
            "N in (N, < N)",
            "N between N and N",
            "some x in L satisfies x > N",
            "every x in L satisfies x < N",
        ),
        *("contains(T, T)", "starts with(T, T)", "ends with(T, T)", 'matches(T, "[a-c]+")', "list contains(L, N)"),
        *("N instance of number", "T instance of string", "L = L", "S = S", "all([B, B])", "any([B, B])", "D = D"),
        *("N in (not(N))", "D in [D..D]", "before(N, [N..N])", "N in [N..N)", "M < M", "S < S", "null = N", "B = null"),
        *(
            "overlaps([N..N], [N..N])",
            "includes([N..N], N)",
            "C = C",
            "is(N, N)",
            "T in (T, T)",
            "B instance of boolean",
        ),
    ),
    "T": (
        *("T + T", "upper case(T)", "lower case(T)", "substring(T, 2)", "substring(T, 1, 2)", "string(N)", "string(B)"),
        *("substring before(T, T)", "substring after(T, T)", 'replace(T, "a", "z")', "if B then T else T", "string(D)"),
        *(
            'string join([T, T], "-")',
            "{k: T}.k",
            "string(L)",
            "string(S)",
            "string(M)",
            'split(T, "-")[1]',
            "string(C)",
        ),
    ),
    "L": (
        *(
            "[N, N, N]",
            "[N]",
            "[N, N]",
            "L[item > N]",
            "for x in L return x + N",
            "for x in 1..3 return x * N",
            "reverse(L)",
        ),
        *("concatenate(L, L)", "append(L, N)", "distinct values(L)", "union(L, L)", "sublist(L, 1, 2)", "remove(L, 1)"),
        *(
            "sort(L, function(x, y) x < y)",
            "flatten([L, [L]])",
            "insert before(L, 1, N)",
            "mode(L)",
            "for x in L return N",
        ),
        *("[{a: N}, {a: N}].a", "list replace(L, 1, N)", "for i in L return sum(partial) + i"),
    ),
    "D": (*DAYS, "D + S", "D - S", "D + M", "D - M", "date(T)", "if B then D else D"),
    "S": (*SPANS, "S + S", "S - S", "S * N", "D - D", "-(S)", "abs(S)"),
    "M": (*MONTHS, "M + M", "M - M", "years and months duration(D, D)", "M * 2"),
    "C": ("{a: N, b: T}", "{a: N, b: T}", 'context put({a: N}, "b", T)', "context merge([{a: N}, {b: T}])"),
    "Z": (*TIMES, "Z + S", "Z - S"),
}
OPERAND = re.compile(r"\b([NBTLDSMCZ])\b")
LEAVES = {
    "N": NUMBERS,
    "B": ("true", "false", "null"),
    "T": TEXTS,
    "L": ("[1, 2, 3]", "[]", "[3, 1, 3]"),
    "D": DAYS,
    "S": SPANS,
    "M": MONTHS,
    "C": ('{a: 1, b: "x"}',),
    "Z": TIMES,
}


class Written(NamedTuple):
    """An expression: its text, the form it was made by (its own text for a leaf), and its operands."""

    text: str
    form: str
    operands: tuple["Written", ...] = ()


def written(seed: int, count: int) -> Iterator[Written]:
    """So many expressions with all their operands, the same for the same seed."""
    generator = random.Random(seed)
    for _ in range(count):
        yield from _with_operands(_of(generator, generator.choice("NNBBTLLDSMCZ"), generator.randrange(1, 4)))


def _with_operands(whole: Written) -> Iterator[Written]:
    for operand in whole.operands:
        yield from _with_operands(operand)
    yield whole


def _of(generator: random.Random, kind: str, depth: int) -> Written:
    # Now and then an operand of another kind: what has no value is part of the language.
    if generator.random() < 0.03:
        kind = generator.choice(list(FORMS))
    if depth == 0:
        leaf = generator.choice(LEAVES[kind])
        return Written(leaf, leaf)
    form = generator.choice(FORMS[kind])
    pieces = OPERAND.split(form)
    # Brackets keep every operand one term, whatever stands around it.
    operands = tuple(_of(generator, piece, depth - 1) for piece in pieces[1::2])
    texts = [operand.text if operand.text.isalnum() else f"({operand.text})" for operand in operands]
    return Written("".join(map("".join, zip(pieces[::2], [*texts, ""], strict=True))), form, operands)
