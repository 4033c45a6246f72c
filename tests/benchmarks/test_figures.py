"""How figures are computed and told."""

import pytest

from tests.benchmarks.aims import share
from tests.benchmarks.bench import rate
from tests.benchmarks.counting import Counted
from tests.benchmarks.crew import Window
from tests.benchmarks.figures import Figure, Rate, best, percentile


@pytest.mark.parametrize(
    ("values", "percent", "wanted"),
    [
        ([5], 99, 5),
        ([3, 1, 2], 50, 2),
        ([4, 3, 2, 1], 50, 2),
        (list(range(1, 101)), 99, 99),
        (list(range(1, 101)), 100, 100),
        (list(range(1, 201)), 95, 190),
        ([1, 2], 1, 1),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], percent: float, wanted: float) -> None:
    assert percentile(values, percent) == wanted


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_rate_is_that_of_the_middle_window_and_its_times_are_of_all() -> None:
    windows = [Window([10.0] * n, 1.0, []) for n in (50, 10, 30)]
    windows[1].taken[:] = [90.0] * 10
    windows[0] = Window(windows[0].taken, 1.0, [], busy=0.45)
    found = rate("SEQ", 2, windows, Counted(statements=270, wal=9_000, seconds=0.09))
    assert (found.per_second, found.p50, found.p99) == (30, 10, 90)
    assert (found.statements, found.wal) == (3, 100)
    assert (found.cpu, found.server_cpu) == (5, pytest.approx(1))


def test_the_best_concurrency_counts() -> None:
    rates = [
        Rate("SEQ", "Trunkline", 1, 100, 1, 1),
        Rate("SEQ", "Trunkline", 2, 300, 1, 1),
        Rate("SEQ", "Trunkline", 4, 200, 1, 1),
        Rate("SEQ", "Operaton", 4, 900, 1, 1),
        Rate("SEQ5", "Trunkline", 4, 900, 1, 1),
    ]
    assert best(rates, "SEQ", "Trunkline") == rates[1]
    assert best(rates, "PAR", "Trunkline") is None


def test_a_missed_figure_says_so() -> None:
    assert Figure("a", "2 ms", "under 1 ms", False).line().split() == ["a", "2", "ms", "under", "1", "ms", "MISSED"]
    assert "MISSED" not in Figure("a", "2 ms", "under 3 ms").line()


def test_the_share_of_what_the_disk_can_do_is_of_one_process() -> None:
    rates = [Rate("SEQ5", "Trunkline", 1, 100, 1, 1), Rate("SEQ5", "Trunkline", 2, 900, 1, 1)]
    assert [(row.value, row.holds) for row in share(rates, 500)] == [("1/5.0", True)]
    assert [(row.value, row.holds) for row in share(rates, 650)] == [("1/6.5", False)]
    assert not list(share(rates, None))
