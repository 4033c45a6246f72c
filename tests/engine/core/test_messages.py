"""Who a message reaches, by rule."""

from engine.core.messages import Waiting, next_buffered, receivers


def test_the_longest_waiting_receiver_of_each_process_gets_it() -> None:
    waiting = [Waiting(3, "p", 30, "K"), Waiting(1, "p", 10, "K"), Waiting(2, "q", 20, "K"), Waiting(4, "q", 40, "L")]
    assert [w.key for w in receivers(waiting, "K", ())] == [1, 2]


def test_a_process_that_had_it_does_not_get_it_again() -> None:
    assert receivers([Waiting(1, "p", 10, "K")], "K", {"p"}) == []


def test_a_running_receiver_comes_before_a_start() -> None:
    waiting = [Waiting(1, "p", element="start"), Waiting(9, "p", 10, "K")]
    assert [w.key for w in receivers(waiting, "K", ())] == [9]


def test_without_a_key_the_name_alone_counts() -> None:
    assert [w.key for w in receivers([Waiting(1, "p", 10, None)], "anything", ())] == [1]


def test_a_new_receiver_takes_the_oldest_buffered_message_it_may_have() -> None:
    buffered = [(5, "K", ()), (3, "K", {"p"}), (4, "L", ()), (6, "K", ())]
    assert next_buffered(buffered, Waiting(1, "p", 10, "K")) == 5
    assert next_buffered(buffered, Waiting(1, "q", 10, "K")) == 3
    assert next_buffered(buffered, Waiting(1, "p", 10, None)) == 4
    assert next_buffered([], Waiting(1, "p", 10, "K")) is None
