"""What stands beside our loads: the diagrams in the others' words, what a JVM prints, and the ratios."""

import os
from pathlib import Path

import pytest

from tests.benchmarks.aims import ratios
from tests.benchmarks.figures import Rate
from tests.benchmarks.peers import dialects, spiff
from tests.benchmarks.peers.beside import IN_MEMORY
from tests.benchmarks.peers.jvm import built, rate_of
from tests.benchmarks.peers.missing import Missing


@pytest.mark.parametrize("load", IN_MEMORY)
def test_spiff_runs_every_load_to_its_end(load: str) -> None:
    rates = list(spiff.rates(load, 0.01))
    assert [rate.load for rate in rates] == (["USER create", "USER complete"] if load == "USER" else [load])
    assert all(rate.per_second > 0 for rate in rates)


@pytest.mark.parametrize("load", dialects.LOADS)
@pytest.mark.parametrize("dialect", [dialects.PYTHON, dialects.JAVASCRIPT])
def test_no_word_of_a_jvm_engine_is_left_in_a_dialect(dialect: dialects.Dialect, load: str) -> None:
    text = dialect.diagram(load)
    assert "@" not in text.replace("@NS@", "")
    assert "${" not in text
    assert "e:" not in text.replace('xmlns:e="@NS@"', "").replace("type:", "").partition("<process")[2]


def test_a_loop_in_javascript_counts_and_asks() -> None:
    text = dialects.JAVASCRIPT.diagram("cyc")
    assert "<script>environment.variables.i += 1; next()</script>" in text
    assert "with (environment.variables) { next(null, i &lt; n) }</conditionExpression>" in text


def test_a_line_of_a_jvm_becomes_a_row() -> None:
    told = {"load": "user create", "threads": 4, "per_s": 1909.2, "p50_ms": 2.0, "p99_ms": 5.5, "statements": 9.0}
    told |= {"wal": 4000.0, "cpu_ms": 0.7, "server_cpu_ms": 0.3}
    assert rate_of(told, "Operaton") == Rate("USER create", "Operaton", 4, 1909.2, 2.0, 5.5, 9.0, 4000.0, 0.7, 0.3)
    assert rate_of(told | {"load": "seq5"}, "Flowable").load == "SEQ5"


def test_a_machine_without_maven_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    with pytest.raises(Missing, match="there is no java here"):
        built("operaton")


def _rate(load: str, engine: str, concurrency: int, per_second: float) -> Rate:
    return Rate(load, engine, concurrency, per_second, 1, 1)


def test_the_best_of_ours_is_compared_with_the_better_peers_best() -> None:
    rates = [
        _rate("PAR", "Trunkline", 1, 1_000),
        _rate("PAR", "Trunkline", 4, 3_000),
        _rate("PAR", "Operaton", 4, 1_500),
        _rate("PAR", "Operaton", 8, 2_000),
        _rate("PAR", "Flowable", 8, 1_900),
        # In memory, so no measure for what is durable.
        _rate("PAR", "Spiff", 1, 90_000),
    ]
    [found] = ratios(rates)
    assert found.name == "PAR: ours (4) to Operaton's (8)"
    assert (found.value, found.wanted, found.holds) == ("1.50 times", "at least 1.5", True)


@pytest.mark.parametrize(("ours", "holds"), [(1_199, True), (1_194, False)])
def test_what_is_shown_is_what_is_judged(ours: float, holds: bool) -> None:
    [found] = ratios([_rate("SEQ", "Trunkline", 4, ours), _rate("SEQ", "Flowable", 4, 1_000)])
    assert found.holds is holds


def test_there_is_no_ratio_to_an_engine_that_was_left_out() -> None:
    assert list(ratios([_rate("SEQ", "Trunkline", 4, 10), _rate("SEQ", "Spiff", 1, 10)])) == []
