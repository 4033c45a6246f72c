"""YAML that people write: plain values, and one kind of refusal, with its line."""

import pytest

from engine import yaml


def test_plain_values_are_read() -> None:
    assert yaml.load("a: [1, x, true]\nb: {c: null}") == {"a": [1, "x", True], "b": {"c": None}}
    assert yaml.load("a: 名".encode()) == {"a": "名"}
    assert yaml.load("") is None
    assert yaml.load("a: &x [1]\nb: &y [*x, *x]\nc: *y") == {"a": [1], "b": [[1], [1]], "c": [[1], [1]]}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a:\n- [b", 2, "expected ',' or ']'"),
        ("a: 1\nb: 2026-13-01", 2, "no timestamp: month must be in 1..12"),
        ("a:\n  b:\n    c: 2026-01-01T25:00:00", 3, "no timestamp: hour must be in 0..23"),
        ("a: 2026-01-01T00:00:00+99:00", 1, "no timestamp"),
        ("a: 0x_", 1, "no int"),
        pytest.param("a: " + "1" * 5000, 1, "no int", id="long"),
        ("a: !!int ''", 1, "no int"),
        ("a: !!float ''", 1, "no float"),
        ("a: !!bool perhaps", 1, "no bool"),
        ("a: !!timestamp soon", 1, "no timestamp"),
        ("2026-13-01: a", 1, "no timestamp"),
        ("? {a: b}\n: c", 1, "unhashable key"),
        ("a: !!python/object/apply:os.getcwd []", 1, "could not determine a constructor"),
        ("a: *b", 1, "undefined alias"),
        ("a: 1\nb: &x [1, [*x]]", 2, "alias x inside of what it stands for"),
        ("&x a: 1\n? &y {b: *y}\n: c", 2, "alias y inside of what it stands for"),
        ("a: 1\n--- \nb: 2", 2, "another document"),
        ("a: \x00", None, "unacceptable character"),
        (b"a: \xff", None, "invalid start byte"),
        (b"\xff\xfea", None, "truncated data"),
        pytest.param("[" * 9999, None, "recursion", id="deep"),
    ],
)
def test_what_cannot_be_read_is_told_by_line(text: str | bytes, line: int | None, reason: str) -> None:
    with pytest.raises(yaml.NotYaml) as refused:
        yaml.load(text)
    assert refused.value.line == line
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
