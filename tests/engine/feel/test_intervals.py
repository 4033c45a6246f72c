"""Functions on points and ranges (DMN 1.5, table 78)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    before(1, 10) => true
    before(10, 1) => false
    before(1, [1..10]) => false
    before(1, (1..10]) => true
    before([1..10], 10) => false
    before([1..10), 10) => true
    before([1..10], [15..20]) => true
    before([1..10], [10..20]) => false
    before([1..10), [10..20]) => true
    before([1..10], (10..20]) => true
    before("a", "b") => true
    before(@"2026-01-01", @"2026-01-02") => true
    before(1, "a") => null (not_comparable)
    before(1, null) => null (argument)
    before(1, [null..5]) => null (argument)
    before((< 5), 10) => null (argument)
    before(point1: 1, point2: 2) => true
    before(range: [1..5], point: 9) => true
    after(10, 5) => true
    after([11..20], 11) => false
    after((11..20], 11) => true
    after([11..20], [1..11)) => true
    meets([1..5], [5..10]) => true
    meets([1..5), [5..10]) => false
    meets([1..5], [6..10]) => false
    met by([5..10], [1..5]) => true
    met by((5..10], [1..5]) => false
    meets(1, [1..2]) => null (argument)
""")
def test_before_and_beside(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    overlaps([1..5], [3..8]) => true
    overlaps([3..8], [1..5]) => true
    overlaps([1..8], [3..5]) => true
    overlaps([1..5], [6..8]) => false
    overlaps([1..5], [5..8]) => true
    overlaps([1..5], (5..8]) => false
    overlaps([1..5), [5..8]) => false
    overlaps before([1..5], [3..8]) => true
    overlaps before([1..5], [5..8]) => true
    overlaps before([1..5), [5..8]) => false
    overlaps before([1..5], (1..5]) => true
    overlaps before([1..5], [1..5]) => false
    overlaps before([3..8], [1..5]) => false
    overlaps after([3..8], [1..5]) => true
    overlaps after([5..8], [1..5]) => true
    overlaps after((5..8], [1..5]) => false
    overlaps after((1..5], [1..5]) => true
    overlaps after([1..5], [1..5)) => false
    overlaps after([1..5], [3..8]) => false
    coincides(5, 5) => true
    coincides(3, 4) => false
    coincides([1..5], [1..5]) => true
    coincides((1..5), [1..5]) => false
""")
def test_overlaps(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    includes([1..10], 5) => true
    includes([1..10], 12) => false
    includes([1..10), 10) => false
    includes((1..10], 1) => false
    includes([1..10], [4..6]) => true
    includes([1..10], (1..10)) => true
    includes((1..10), [1..10]) => false
    during(5, [1..10]) => true
    during(1, (1..10]) => false
    during([4..6], [1..10]) => true
    during([1..10], [1..10]) => true
    starts(1, [1..10]) => true
    starts(1, (1..10]) => false
    starts(2, [1..10]) => false
    starts([1..5], [1..10]) => true
    starts((1..5], [1..10]) => false
    starts([1..10], [1..10]) => true
    started by([1..10], 1) => true
    started by([1..10], [1..5]) => true
    finishes(10, [1..10]) => true
    finishes(10, [1..10)) => false
    finishes([5..10], [1..10]) => true
    finishes([5..10), [1..10]) => false
    finished by([1..10], 10) => true
    finished by([1..10], [5..10]) => true
    during(5, ["a".."c"]) => null (not_comparable)
    includes([@"2026-01-01"..@"2026-12-31"], @"2026-03-04") => true
""")
def test_one_inside_the_other(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


_RANGES = [f"{left}{{0}}..{{1}}{right}" for left in "[(" for right in "])"]


@pytest.mark.parametrize(
    ("function", "point_first", "point_last"),
    [
        *[(name, True, True) for name in ("before", "after")],
        *[(name, False, False) for name in ("meets", "met by", "overlaps", "overlaps before", "overlaps after")],
        *[(name, True, False) for name in ("finishes", "during", "starts")],
        *[(name, False, True) for name in ("finished by", "includes", "started by")],
        ("coincides", False, False),
    ],
)
def test_kinds_that_do_not_compare_have_no_answer(
    function: str, point_first: bool, point_last: bool, answer: Answer
) -> None:
    numbers, texts = ([one.format(*ends) for one in _RANGES] for ends in (("1", "2"), ('"a"', '"b"')))
    pairs = [(mine, yours) for mine in numbers for yours in texts]
    pairs += [('"a"', yours) for yours in numbers] if point_first else []
    pairs += [(mine, '"a"') for mine in numbers] if point_last else []
    for mine, yours in pairs:
        assert answer(f"{function}({mine}, {yours})") == "null (not_comparable)"
