"""Functions that make one number of many (DMN 1.5, table 75). They take a list, or the numbers one by one."""

from collections import Counter
from decimal import Decimal
from typing import Any

from engine.feel.builtins.signature import Family
from engine.feel.errors import NoValue
from engine.feel.numeric import CONTEXT
from engine.feel.run import Run
from engine.feel.values import adapt, kind_of

FUNCTIONS = Family()


@FUNCTIONS.add("count(list: list) -> number")
def _count(run: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@FUNCTIONS.add("sum(list: list) -> number", "sum(list...: any) -> number")
def _sum(run: Run, items: list[Any]) -> Decimal | None:
    # Of nothing it is null and not zero (table 75).
    numbers = _numbers(run, items, "sum")
    return _total(numbers) if numbers else None


@FUNCTIONS.add("product(list: list) -> number", "product(list...: any) -> number")
def _product(run: Run, items: list[Any]) -> Decimal | None:
    numbers = _numbers(run, items, "product")
    if not numbers:
        return None
    result = numbers[0]
    for number in numbers[1:]:
        result = CONTEXT.multiply(result, number)
    return result


@FUNCTIONS.add("mean(list: list) -> number", "mean(list...: any) -> number")
def _mean(run: Run, items: list[Any]) -> Decimal | None:
    numbers = _numbers(run, items, "mean")
    return CONTEXT.divide(_total(numbers), Decimal(len(numbers))) if numbers else None


@FUNCTIONS.add("median(list: list) -> number", "median(list...: any) -> number")
def _median(run: Run, items: list[Any]) -> Decimal | None:
    numbers = sorted(_numbers(run, items, "median"))
    if not numbers:
        return None
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return CONTEXT.divide(CONTEXT.add(numbers[middle - 1], numbers[middle]), Decimal(2))


@FUNCTIONS.add("stddev(list: list) -> number", "stddev(list...: any) -> number")
def _stddev(run: Run, items: list[Any]) -> Decimal | None:
    numbers = _numbers(run, items, "stddev")
    # The deviation is that of a sample: divided by one less, and none for a single number.
    if len(numbers) < 2:
        return None
    mean = CONTEXT.divide(_total(numbers), Decimal(len(numbers)))
    squares = [CONTEXT.power(CONTEXT.subtract(number, mean), 2) for number in numbers]
    return CONTEXT.sqrt(CONTEXT.divide(_total(squares), Decimal(len(numbers) - 1)))


@FUNCTIONS.add("mode(list: list) -> list<number>", "mode(list...: any) -> list<number>")
def _mode(run: Run, items: list[Any]) -> list[Decimal]:
    counts = Counter(_numbers(run, items, "mode"))
    most = max(counts.values(), default=0)
    # All that are most frequent, in ascending order (table 75).
    return sorted(number for number, count in counts.items() if count == most)


def _total(numbers: list[Decimal]) -> Decimal:
    total = numbers[0]
    for number in numbers[1:]:
        total = CONTEXT.add(total, number)
    return total


def _numbers(run: Run, items: list[Any], function: str) -> list[Decimal]:
    run.charge(len(items))
    for item in items:
        if kind_of(item) != "number":
            raise NoValue("argument", function=function, parameter="list", expected="numbers", kind=kind_of(item))
    return [adapt(item) for item in items]
