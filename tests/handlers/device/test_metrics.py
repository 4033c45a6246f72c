"""Metrics: growth of counters over their end, words for states, sums, and what the ports file may say wrongly."""

from decimal import Decimal
from typing import Any

import pytest

from engine import BpmnError, Port
from handlers.device.devices import Device
from handlers.device.metrics import Metric, metric

COUNTER = Metric("e", ("1.3.6.1.1", "1.3.6.1.2"), way="change")


def device(metrics: dict[str, Any] | None = None) -> Device:
    return Device("D", "D", "192.0.2.1", 161, "c", {"a": 1, "b": 2}, metrics or {})


@pytest.mark.parametrize(
    ("before", "after", "growth"),
    [
        ((10, 5), (10, 5), 0),
        ((10, 5), (13, 9), 7),
        ((2**32 - 3, 0), (4, 0), 7),
        # Cleared by hand: a growth of nearly 2³² would be a lie.
        ((5000, 0), (2, 0), None),
        ((10, None), (13, None), None),
        ((10, 5), (None, 9), None),
    ],
)
def test_a_counters_growth(before: Any, after: Any, growth: Any) -> None:
    assert (
        COUNTER.reading(dict(zip(COUNTER.oids, before, strict=True)), dict(zip(COUNTER.oids, after, strict=True)))
        == growth
    )


def test_a_device_that_restarted_between_gives_no_growth() -> None:
    assert COUNTER.reading(dict.fromkeys(COUNTER.oids, 1), {}) is None


def test_a_64_bit_counter_grows_beyond_32_bits() -> None:
    wide = Metric("e", ("1.3.6.1.1",), way="change")
    assert wide.reading({"1.3.6.1.1": 1}, {"1.3.6.1.1": 2**40}) == 2**40 - 1


def test_values_are_scaled_added_worded_or_checked_for_zero() -> None:
    one, two = "1.3.6.1.1", "1.3.6.1.2"
    answer = {one: -2480, two: 0}
    assert Metric("p", (one,), scale=Decimal("0.01")).reading(answer, {}) == Decimal("-24.80")
    assert Metric("s", (one, two)).reading(answer, {}) == -2480
    assert Metric("w", (two,), words={0: "off"}).reading(answer, {}) == "off"
    assert Metric("w", (one,), words={0: "off"}).reading(answer, {}) == "-2480"
    assert Metric("z", (two,), way="is_zero").reading(answer, {}) == 1
    assert Metric("z", (one,), way="is_zero").reading(answer, {}) == 0
    assert Metric("t", (one,)).reading({one: "text"}, {}) == "text"
    assert Metric("n", (one,)).reading({}, {}) is None


def test_a_devices_own_metric_goes_before_the_ports_and_that_before_the_standard() -> None:
    port = Port("device", {"metrics": {"sys_name": {"oids": ["1.3.1.1"]}, "rx_power": {"oids": ["1.3.2.{index}"]}}})
    own = device({"rx_power": {"oids": ["1.3.3.{index}"]}})
    assert metric("sys_name", own, port, None).oids == ("1.3.1.1",)
    assert metric("rx_power", own, port, 7).oids == ("1.3.3.7",)
    assert metric("rx_power", device(), port, 7).oids == ("1.3.2.7",)
    assert metric("if_oper_status", own, port, 7).oids == ("1.3.6.1.2.1.2.2.1.8.7",)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"oids": []}, "needs `oids`"),
        ({"oids": ["1.3.6.1"], "way": "guess"}, "a `way` of value, change, is_zero"),
        ({"oids": ["ifDescr.1"]}, "ifDescr.1 is no OID"),
        ({"oids": ["1.3.6.1"], "scale": "much"}, "`scale` is no number"),
        ("1.3.6.1", "unknown object m"),
    ],
)
def test_a_wrong_metric_in_the_ports_file_is_said(entry: Any, words: str) -> None:
    with pytest.raises(BpmnError, match=words):
        metric("m", device(), Port("device", {"metrics": {"m": entry}}), 1)
