"""Functions on contexts (DMN 1.5, table 80) and Camunda's on any value."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    get value({a: 1}, "a") => 1
    get value({a: 1}, "b") => null (no_entry)
    get value({a: {b: 2}}, ["a", "b"]) => 2
    get value({a: {b: 2}}, ["a", "c"]) => null (no_entry)
    get value({a: 1}, null) => null (no_entry)
    get value({a: 1}, {}) => null (no_entry)
    get value(null, "a") => null (no_entry)
    get value(m: {a: 1}, key: "a") => 1
    get entries({a: 1, b: "x"}) => [{key: "a", value: 1}, {key: "b", value: "x"}]
    get entries({}) => []
    get entries(null) => null (argument)
    get entries(customer)[key = "id"].value => ["C1"]
    context([{key: "a", value: 1}, {key: "b", value: 2}]) => {a: 1, b: 2}
    context([]) => {}
    context([{key: "a", value: 1}, {key: "a", value: 2}]) => null (duplicate_key)
    context([{key: 1, value: 1}]) => null (argument)
    context([{key: "a"}]) => null (argument)
    context([1]) => null (argument)
    context({key: "a", value: 1}) => {a: 1}
    context(get entries({a: 1, b: 2})) => {a: 1, b: 2}
    context put({a: 1}, "b", 2) => {a: 1, b: 2}
    context put({a: 1}, "a", 2) => {a: 2}
    context put({a: {b: 1}}, ["a", "b"], 2) => {a: {b: 2}}
    context put({a: {b: 1}}, ["a", "c"], 2) => {a: {b: 1, c: 2}}
    context put({a: 1}, ["a", "b"], 2) => null (no_entry)
    context put({}, ["x", "y"], 2) => null (no_entry)
    context put({}, [], 2) => null (argument)
    context put({}, [1], 2) => null (argument)
    context put({}, null, 2) => null (argument)
    context put(null, "a", 1) => null (argument)
    context merge([{a: 1}, {b: 2}]) => {a: 1, b: 2}
    context merge([{a: 1}, {a: 2}]) => {a: 2}
    context merge({a: 1}, {b: 2}) => {a: 1, b: 2}
    context merge([]) => {}
    context merge([1]) => null (argument)
    context merge(null) => null (argument)
""")
def test_contexts(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


def test_contexts_given_in_are_never_changed(answer: Answer, scope: dict[str, dict[str, dict[str, object]]]) -> None:
    assert answer('context put(customer, ["address", "city"], "Qingdao").address.city') == '"Qingdao"'
    assert scope["customer"]["address"]["city"] == "Jinan"


@pytest.mark.table("""
    is defined(amount) => true
    is defined(nothing) => true
    is defined(missing) => false
    is defined(customer.id) => true
    is defined(customer.address.zip) => true
    is defined(customer.age) => false
    is defined(customer.age.years) => false
    is defined(missing.id) => false
    is defined(1) => true
    is defined(null) => true
    is defined({a: null}.a) => true
    is defined(value: amount) => true
    [{a: 1}, {b: 2}][is defined(a)] => [{a: 1}, {b: 2}]
    [{x: 1}, {y: 2}][is defined(x)] => [{x: 1}]
    for x in [1] return is defined(x) => [true]
    is defined() => null (argument_count)
    get or else(amount, 0) => 1500
    get or else(nothing, 0) => 0
    get or else(missing, 0) => 0
    get or else(customer.age, 18) => 18
    get or else(value: null, default: 1) => 1
    get or else(1) => null (argument_count)
    assert(amount, amount > 1000) => 1500
    assert(amount, amount > 2000) => null (assertion)
    assert(amount, nothing) => null (assertion)
    assert(amount, false, "too small") => null (assertion)
    not(true) => false
    not(false) => true
    not(null) => null
    not("true") => null (argument)
    not(negand: true) => false
""")
def test_values_that_may_be_missing(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
