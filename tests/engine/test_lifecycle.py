"""The tables of states: what may become of what."""

import pytest

from engine.lifecycle import ENDED, MOVES, allowed, sources


@pytest.mark.parametrize("noun", ["instance", "task", "incident"])
def test_what_has_ended_stays_ended(noun: str) -> None:
    ends = [state for state, to in MOVES[noun].items() if not to]
    assert ends
    for state in ends:
        assert not any(allowed(noun, state, to) for to in MOVES[noun])


def test_every_state_that_can_be_reached_is_in_its_table() -> None:
    for noun, moves in MOVES.items():
        reached = {to for targets in moves.values() for to in targets} - {ENDED}
        assert reached <= set(moves), noun


def test_a_stopped_job_is_not_given_away_before_it_is_created_again() -> None:
    assert sources("job", "activated") == {"created", "activated"}
    assert not allowed("job", "failed", "activated")
    assert allowed("job", "failed", "created")
