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
        *("N + N", "N - N", "N * N", "N / N", "-(N)", "N ** 2", "abs(N)", "floor(N)", "ceiling(N)"),
        *("modulo(N, N)", "floor(N, 1)", "ceiling(N, 1)", "decimal(N, 1)", "round up(N, 1)"),
        *("round down(N, 1)", "round half up(N, 0)", "round half down(N, 0)", "sqrt(abs(N))", "(N)"),
        *("if B then N else N", "{a: N, b: a + N}.b", "C.a", "sum(L)", "count(L)", "min(L)", "max(L)"),
        *("mean(L)", "median(L)", "product(L)", "stddev(L)", "sum(N, N, N)", "L[N]", "L[1]", "L[-1]"),
        *("index of(L, N)[1]", "count(L[item > N])", "{a: {b: N}}.a.b", "get or else(L[9], N)"),
        *("string length(T)", "number(T)", "number(string(N))", 'get value(C, "a")', "(function(x) x + N)(N)"),
        *("date(D).year", "D.month", "D.day", "D.weekday", "day of year(D)", "week of year(D)", "Z.hour"),
        *("Z.minute", "S.hours", "S.days", "S.minutes", "S.seconds", "M.months", "M.years", "S / S", "M / M"),
        "years and months duration(D, D).years",
    ),
    "B": (
        *("N < N", "N <= N", "N = N", "N != N", "N > N", "T = T", "T < T", "D < D", "D = D", "L = L", "S = S"),
        *("M < M", "S < S", "M = M", "Z = Z", "Z < Z", "C = C", "B = B", "B and B", "B or B", "not(B)"),
        *("is(N, N)", "null = N", "B = null", "odd(N)", "even(N)", "all([B, B])", "any([B, B])"),
        *("B and B or B", "B or B and B", "N in [N..N]", "N in [N..N)", "N in (N, < N)", "N in (not(N))"),
        *("N in ([N..N], N)", "N in [N, N]", "N in > N", "N between N and N", "D in [D..D]"),
        *("D between D and D", "T in (T, T)", "S in [S..S]", "T between T and T"),
        *("some x in L satisfies x > N", "every x in L satisfies x < N"),
        *("some x in L, y in L satisfies x + y = N", "contains(T, T)", "starts with(T, T)", "ends with(T, T)"),
        *('matches(T, "[a-c]+")', "list contains(L, N)", "N instance of number", "T instance of string"),
        *("B instance of boolean", "N instance of string", "D instance of date", "L instance of list<number>"),
        *("L instance of list", "C instance of context<a: number>", "before(N, [N..N])", "after(N, [N..N])"),
        *("overlaps([N..N], [N..N])", "includes([N..N], N)", "during(N, [N..N])", "meets([N..N], [N..N])"),
        *("met by([N..N], [N..N])", "starts(N, [N..N])", "finishes(N, [N..N])", "before(N, N)"),
        *("coincides([N..N], [N..N])", "started by([N..N], N)", "finished by([N..N], N)", "coincides(N, N)"),
        *("is defined(N)", "is empty(L)", "is blank(T)"),
    ),
    "T": (
        *("T + T", "upper case(T)", "lower case(T)", "trim(T)", "substring(T, 2)", "substring(T, 1, 2)"),
        *("substring(T, N)", "string(N)", "string(B)", "string(D)", "string(L)", "string(S)", "string(M)"),
        *("string(C)", "string(Z)", "substring before(T, T)", "substring after(T, T)", 'replace(T, "a", "z")'),
        *('replace(T, "[a-c]", "<$0>")', "if B then T else T", 'string join([T, T], "-")'),
        *("string join([T, T])", "{k: T}.k", 'split(T, "-")[1]', "C.b", "day of week(D)", "month of year(D)"),
        *('replace(T, "(a)(b)", "$2$1")', "to base64(T)", 'extract(T, "[a-c]")[1]'),
    ),
    "L": (
        *("[N, N, N]", "[N]", "[N, N]", "L[item > N]", "for x in L return x + N"),
        *("for x in 1..3 return x * N", "for x in L return N", "for x in L, y in L return x * y"),
        *("for x in 3..1 return x + N", "reverse(L)", "concatenate(L, L)", "append(L, N)"),
        *("distinct values(L)", "duplicate values(L)", "union(L, L)", "partition(L, 2)", "sublist(L, 1, 2)"),
        *("sublist(L, 2)", "sublist(L, -1)", "remove(L, 1)", "insert before(L, 1, N)", "mode(L)"),
        *("sort(L, function(x, y) x < y)", "sort(L, function(x, y) x > y)", "flatten([L, [L]])"),
        *("list replace(L, 1, N)", "list replace(L, function(x, y) x > y, N)", "[{a: N}, {a: N}].a"),
        *("[{a: N}, {a: N}][a > N].a", "[C, C].a", "for i in L return sum(partial) + i"),
        *("for x in L return if x > N then x else N", "if B then L else L", "L[B]"),
    ),
    "D": (
        *DAYS,
        *("D + S", "D - S", "D + M", "D - M", "date(T)", "if B then D else D", "last day of month(D)"),
        "date(D)",
    ),
    "S": (
        *SPANS,
        *("S + S", "S - S", "S * N", "S / 2", "D - D", "Z - Z", "-(S)", "abs(S)", "duration(string(S))"),
    ),
    "M": (
        *MONTHS,
        *("M + M", "M - M", "years and months duration(D, D)", "M * 2", "M / 2", "-(M)", "abs(M)"),
    ),
    "C": (
        *("{a: N, b: T}", "{a: N, b: T}", 'context put({a: N}, "b", T)', "context merge([{a: N}, {b: T}])"),
        *('context([{key: "a", value: N}, {key: "b", value: T}])', 'context put(C, "a", N)'),
        *("if B then C else C",),
    ),
    "Z": (
        *TIMES,
        *("Z + S", "Z - S", 'date and time(D, time("10:00:00"))', "if B then Z else Z"),
    ),
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
