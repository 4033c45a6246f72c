"""Paths, filters and properties (DMN 1.5, 10.3.2.5 and tables 53 to 55, 65, 66)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    customer.id => "C1"
    customer.address.city => "Jinan"
    customer.address.zip => null
    customer.address.zip.code => null
    customer.adress => null (no_entry_similar)
    customer.age => null (no_entry)
    {a: 1}.a => 1
    {a: {b: 2}}.a.b => 2
    {"a b": 1}.a b => 1
    [{a: 1}, {a: 2}].a => [1, 2]
    [{a: 1}, {}].a => [1, null]
    [{a: [1, 2]}, {a: 3}].a => [[1, 2], 3]
    [{a: {b: 1}}, {a: {b: 2}}].a.b => [1, 2]
    [].a => []
    null.a => null
    nothing.a => null
    "text".length => null (no_property)
    5.5.a => null (no_property)
    true.a => null (no_property)
    orders.total => [10.5, 20, 5]
    orders[1].total => 10.5
    orders[2].lines[1] => 3
    sum(orders.total) => 35.5
    customer. => syntax error
    customer.1 => syntax error
    customer."id" => syntax error
""")
def test_paths(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    [1, 2, 3][1] => 1
    [1, 2, 3][3] => 3
    [1, 2, 3][-1] => 3
    [1, 2, 3][-3] => 1
    [1, 2, 3][0] => null (no_item)
    [1, 2, 3][4] => null (no_item)
    [1, 2, 3][-4] => null (no_item)
    [1, 2, 3][1.5] => null (no_item)
    [1, 2, 3][1 + 1] => 2
    [1, 2, 3][b - 2] => 2
    [][1] => null (no_item)
    [][b] => null (no_item)
    [][item > 1] => []
    [][nobody > 1] => []
    [[1, 2], [3]][1][2] => 2
    5[1] => 5
    5[2] => null (no_item)
    5[true] => [5]
    5[false] => []
    {a: 1}[1] => {a: 1}
    {a: 1}[a = 1] => [{a: 1}]
    "foo"[1] => "foo"
    null[1] => null
    null[true] => null
    numbers[1] => 1
    numbers[count(numbers)] => 4
""")
def test_positions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    [1, 2, 3][item > 1] => [2, 3]
    [1, 2, 3][item > 3] => []
    [1, 2, 3][true] => [1, 2, 3]
    [1, 2, 3][false] => []
    [1, 2, 3][null] => []
    [1, 2, 3]["a"] => null (filter)
    [][item > 1] => []
    [null, 1][item = null] => [null]
    [1, "a", 2][item instance of number] => [1, 2]
    numbers[even(item)] => [2, 4]
    numbers[item > b - 1] => [4]
    orders[state = "open"].id => [1, 3]
    orders[state = "open" and total > 6].id => [1]
    orders[item.total > 6].id => [1, 2]
    orders[total > 6][1].id => 1
    orders[count(lines) > 0].id => [1, 2]
    orders[some l in lines satisfies l = 3].id => [2]
    orders[lines[1] = 3].id => [2]
    orders[id in [1, 2]].total => [10.5, 20]
    words[string length(item) = 3] => ["one", "two"]
    words[starts with(item, "t")] => ["two", "three"]
    numbers[item > 1][item < 4] => [2, 3]
    [{a: 1}, {b: 2}][b = 2] => [{b: 2}]
    [{a: 1}, {a: 2}, {a: null}][a != null] => [{a: 1}, {a: 2}]
    numbers[] => syntax error
    numbers[1 => syntax error
    numbers[1, 2] => syntax error
""")
def test_filters(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    @"2026-03-04".year => 2026
    @"2026-03-04".month => 3
    @"2026-03-04".day => 4
    @"2026-03-04".weekday => 3
    @"2026-03-01".weekday => 7
    @"-0044-03-15".year => -44
    @"99999-01-01".weekday => 5
    @"2026-03-04".hour => null (no_property)
    @"10:20:30.5".hour => 10
    @"10:20:30.5".minute => 20
    @"10:20:30.5".second => 30.5
    @"10:20:30".time offset => null
    @"10:20:30+05:30".time offset => PT5H30M
    @"10:20:30Z".time offset => PT0S
    @"10:20:30Z".timezone => null
    @"10:20:30@Asia/Shanghai".timezone => "Asia/Shanghai"
    @"10:20:30".year => null (no_property)
    @"2026-03-04T10:20:30".year => 2026
    @"2026-03-04T10:20:30".weekday => 3
    @"2026-03-04T10:20:30".second => 30
    @"2026-03-04T10:20:30@Europe/Paris".time offset => PT1H
    @"2026-07-04T10:20:30@Europe/Paris".time offset => PT2H
    @"P1DT2H3M4.5S".days => 1
    @"P1DT2H3M4.5S".hours => 2
    @"P1DT2H3M4.5S".minutes => 3
    @"P1DT2H3M4.5S".seconds => 4.5
    @"-P1DT2H".days => -1
    @"-P1DT2H".hours => -2
    @"P1D".years => null (no_property)
    @"P3Y2M".years => 3
    @"P3Y2M".months => 2
    @"-P14M".years => -1
    @"-P14M".months => -2
    @"P1Y".days => null (no_property)
    [1..5).start => 1
    [1..5).end => 5
    [1..5).start included => true
    [1..5).end included => false
    (> 5).start => 5
    (> 5).end => null
    (<= 5).end included => true
    [1..5).middle => null (no_property)
    [@"2026-03-04", @"2027-03-04"].year => [2026, 2027]
""")
def test_properties(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
