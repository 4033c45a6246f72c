"""Functions on lists (DMN 1.5, table 75, and Camunda's)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    list contains([1, 2, 3], 2) => true
    list contains([1, 2, 3], 4) => false
    list contains([1, null], null) => true
    list contains([[1]], [1]) => true
    list contains(null, 1) => null (argument)
    list contains(list: [1], element: 1) => true
    all([true, true]) => true
    all([true, false, null]) => false
    all([true, null]) => null
    all([]) => true
    all(true, false) => false
    all([1]) => null (argument)
    all(null) => null (argument)
    any([false, true]) => true
    any([false, null]) => null
    any([null, true]) => true
    any([]) => false
    any(["a"]) => null (argument)
    sublist([1, 2, 3, 4], 2) => [2, 3, 4]
    sublist([1, 2, 3, 4], 2, 2) => [2, 3]
    sublist([1, 2, 3, 4], -2) => [3, 4]
    sublist([1, 2, 3, 4], -2, 1) => [3]
    sublist([1, 2, 3], 0) => null (out_of_range)
    sublist([1, 2, 3], 4) => null (out_of_range)
    sublist([1, 2, 3], 2, 5) => null (out_of_range)
    sublist([1, 2, 3], 1.5) => null (out_of_range)
    sublist(list: [1, 2], start position: 2) => [2]
    reverse([1, 2, 3]) => [3, 2, 1]
    reverse([]) => []
    reverse(5) => [5]
    index of([1, 2, 3, 2], 2) => [2, 4]
    index of([1, null], null) => [2]
    index of([], 1) => []
    flatten([[1, 2], [[3]], 4]) => [1, 2, 3, 4]
    flatten([]) => []
    flatten([[], [[]]]) => []
    flatten(1) => [1]
    flatten(null) => null (argument)
""")
def test_looking_into_lists(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    append([1], 2, 3) => [1, 2, 3]
    append([1], [2]) => [1, [2]]
    append(1, 2) => [1, 2]
    append([], null) => [null]
    append([1]) => null (argument_count)
    concatenate([1, 2], [3], []) => [1, 2, 3]
    concatenate([1], 2) => [1, 2]
    concatenate([1], null) => null (argument)
    insert before([1, 3], 2, 2) => [1, 2, 3]
    insert before([1, 3], 1, 0) => [0, 1, 3]
    insert before([1, 3], -1, 2) => [1, 2, 3]
    insert before([1, 3], 3, 4) => null (out_of_range)
    insert before(list: [1], position: 1, newItem: 0) => [0, 1]
    remove([1, 2, 3], 2) => [1, 3]
    remove([1, 2, 3], -1) => [1, 2]
    remove([1, 2, 3], 4) => null (out_of_range)
    list replace([2, 4, 7, 8], 3, 6) => [2, 4, 6, 8]
    list replace([2, 4, 7, 8], -1, 9) => [2, 4, 7, 9]
    list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5) => [5, 5, 7, 8]
    list replace([1], function(item, newItem) "x", 5) => null (argument)
    list replace([1], function(item) true, 5) => null (argument_count)
    list replace([1], 5, 5) => null (out_of_range)
    union([1, 2], [2, 3]) => [1, 2, 3]
    union([1], ["1"], [true]) => [1, "1", true]
    union([], []) => []
    distinct values([1, 2, 1, 1.0, "1"]) => [1, 2, "1"]
    distinct values([null, null]) => [null]
    distinct values([[1], [1], {a: 1}, {a: 1}]) => [[1], {a: 1}]
    distinct values([@"2026-01-01", @"2026-01-01"]) => [2026-01-01]
    duplicate values([1, 2, 1, 3, 2, 1]) => [1, 2]
    duplicate values([[1], [1]]) => [[1]]
    duplicate values([1]) => []
    partition([1, 2, 3, 4, 5], 2) => [[1, 2], [3, 4], [5]]
    partition([], 2) => []
    partition([1], 0) => null (out_of_range)
    is empty([]) => true
    is empty([1]) => false
    is empty({}) => true
    is empty("") => true
    is empty(null) => true
    is empty(missing) => true
    is empty(5) => false
""")
def test_making_new_lists(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    sort([3, 1, 2]) => [1, 2, 3]
    sort(["b", "a"]) => ["a", "b"]
    sort([3, 1, 2], function(x, y) x > y) => [3, 2, 1]
    sort(list: [2, 1], precedes: function(x, y) x < y) => [1, 2]
    sort([]) => []
    sort([1, "a"]) => null (not_comparable)
    sort([2, 1], function(x, y) null) => null (not_comparable)
    sort([1, 2], 5) => null (argument)
    sort([1, 2], function(x) true) => null (argument_count)
    sort(orders, function(x, y) x.total < y.total).id => [3, 1, 2]
    // equal ones keep their order
    sort([{k: 1, v: 1}, {k: 0, v: 2}, {k: 1, v: 3}], function(x, y) x.k < y.k).v => [2, 1, 3]
""")
def test_sort(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


def test_lists_given_in_are_never_changed(answer: Answer, scope: dict[str, object]) -> None:
    assert answer("append(numbers, 5)") == "[1, 2, 3, 4, 5]"
    assert answer("concatenate(reverse(numbers), remove(numbers, 1))") == "[4, 3, 2, 1, 2, 3, 4]"
    assert scope["numbers"] == [1, 2, 3, 4]
