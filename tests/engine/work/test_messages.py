"""Messages and signals: who gets them, buffering, message starts, and the locks between publishing and subscribing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import store
from engine.errors import Conflict, Invalid, NotFound
from engine.instances import apply_due_commands, between, cancel, migrate, suspend
from engine.work import commands
from engine.work.messages import correlate_message, publish_message
from engine.work.signals import broadcast_signal
from engine.work.upkeep import drop_expired_messages
from tests.engine.factories import (
    boundary,
    catch,
    diagram,
    end,
    event_sub,
    flows,
    message,
    receive,
    send,
    service,
    several,
    signal,
    start,
    throw,
    user,
)
from tests.engine.work.conftest import MONDAY, Desk

HOUR = timedelta(hours=1)
WAITS = diagram(start("s"), catch("c", message("paid", "=no")), end("e"), flows("s c e"))
STARTS = diagram(start("s", message("fault")), user("t"), end("e"), flows("s t e"))


def publish(name: str, key: str = "", ttl: timedelta = timedelta(), id_: str | None = None, **variables: Any) -> int:
    with store.transaction() as session:
        return publish_message(session, name, key, variables, ttl, id_)


def correlate(name: str, key: str = "", **variables: Any) -> int:
    with store.transaction() as session:
        return correlate_message(session, name, key, variables)[1]


def test_a_message_reaches_the_instance_with_its_key(desk: Desk) -> None:
    desk.deploy(WAITS)
    mine, other = desk.start(no="1"), desk.start(no="2")
    publish("paid", "1", amount=7)
    assert (desk.state(mine), desk.state(other)) == ("completed", "active")
    assert desk.variables(mine) == {"no": "1", "amount": 7}


def test_of_one_process_it_reaches_the_one_that_has_waited_longest(desk: Desk) -> None:
    desk.deploy(WAITS)
    first, second = desk.start(no="1"), desk.start(no="1")
    publish("paid", "1")
    assert (desk.state(first), desk.state(second)) == ("completed", "active")
    publish("paid", "1")
    assert desk.state(second) == "completed"


def test_it_reaches_one_of_each_process(desk: Desk) -> None:
    other = diagram(start("s"), receive("r", "paid", "=no"), end("e"), flows("s r e"), process_id="q")
    desk.deploy(WAITS, other)
    keys = [desk.start("p", no="1"), desk.start("q", no="1")]
    publish("paid", "1")
    assert [desk.state(key) for key in keys] == ["completed", "completed"]


def test_without_time_to_live_it_is_gone(desk: Desk) -> None:
    desk.deploy(WAITS)
    publish("paid", "1")
    instance = desk.start(no="1")
    assert desk.state(instance) == "active"
    assert desk.value("SELECT count(*) FROM messages") == 0


def test_a_buffered_one_is_taken_by_who_comes_later_once(desk: Desk) -> None:
    desk.deploy(WAITS)
    publish("paid", "1", HOUR, amount=7)
    first, second = desk.start(no="1"), desk.start(no="1")
    assert (desk.state(first), desk.state(second)) == ("completed", "active")
    assert desk.variables(first)["amount"] == 7


def test_buffered_ones_are_taken_in_their_order(desk: Desk) -> None:
    desk.deploy(WAITS)
    for amount in (1, 2):
        publish("paid", "1", HOUR, amount=amount)
    keys = [desk.start(no="1") for _ in range(2)]
    assert [desk.variables(key)["amount"] for key in keys] == [1, 2]


def test_an_expired_one_is_taken_by_nobody_and_swept_away(desk: Desk) -> None:
    desk.deploy(WAITS)
    publish("paid", "1", HOUR)
    desk.pin(MONDAY + 2 * HOUR)
    assert desk.state(desk.start(no="1")) == "active"
    with store.transaction() as session:
        assert drop_expired_messages(session) == 1
    assert desk.value("SELECT count(*) FROM messages") == 0


def test_an_event_that_interrupts_nothing_gets_every_buffered_message(desk: Desk) -> None:
    heard = diagram(
        start("s"),
        user("t"),
        boundary("b", "t", message("note", "=no"), interrupting=False),
        service("w", "count"),
        end("e"),
        end("f"),
        flows("s t e", "b w f"),
    )
    desk.deploy(heard)
    for _ in range(3):
        publish("note", "1", HOUR)
    desk.start(no="1")
    assert len(desk.activate("count")) == 3
    publish("note", "1")
    assert len(desk.activate("count")) == 1


def test_the_same_id_is_refused_while_the_first_is_kept(desk: Desk) -> None:
    publish("paid", "1", HOUR, "a")
    with pytest.raises(Conflict) as refused:
        publish("paid", "1", HOUR, "a")
    assert refused.value.code == "message_published_already"
    publish("paid", "2", HOUR, "a")
    desk.pin(MONDAY + 2 * HOUR)
    publish("paid", "1", HOUR, "a")


def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid):
        publish("")
    with pytest.raises(Invalid):
        publish("paid", ttl=-HOUR)


def test_a_message_starts_an_instance(desk: Desk) -> None:
    desk.deploy(STARTS)
    publish("fault", "", circuit="c1")
    [(key,)] = desk.rows("SELECT key FROM instances")
    assert desk.variables(key) == {"circuit": "c1"}


def test_a_key_opens_no_second_instance_while_the_first_runs(desk: Desk) -> None:
    desk.deploy(STARTS)
    publish("fault", "c1")
    publish("fault", "c1")
    publish("fault", "c2")
    assert desk.value("SELECT count(*) FROM instances") == 2


def test_a_buffered_start_happens_when_the_instance_before_it_ends(desk: Desk) -> None:
    desk.deploy(diagram(start("s", message("fault")), service("t", "fix"), end("e"), flows("s t e")))
    publish("fault", "c1", HOUR, n=1)
    publish("fault", "c1", HOUR, n=2)
    publish("fault", "c1", HOUR, n=3)
    seen = []
    while jobs := desk.activate("fix"):
        seen += [job.variables["n"] for job in jobs]
        for job in jobs:
            complete(job.key)
    assert seen == [1, 2, 3]
    assert desk.value("SELECT count(*) FROM message_starts") == 0


def test_a_key_is_free_again_when_its_instance_ends_in_a_version_without_the_start(desk: Desk) -> None:
    desk.deploy(STARTS)
    publish("fault", "c1")
    [(first,)] = desk.rows("SELECT key FROM instances")
    [without] = desk.deploy(diagram(start("s"), user("t"), end("e"), flows("s t e")))
    with store.transaction() as session:
        migrate(session, first, without, {})
    desk.deploy(STARTS)
    publish("fault", "c1", HOUR)
    assert desk.value("SELECT count(*) FROM instances") == 1
    with store.transaction() as session:
        cancel(session, first)
    assert desk.rows("SELECT state FROM instances ORDER BY key") == [("canceled",), ("active",)]
    assert desk.value("SELECT count(*) FROM message_starts WHERE instance_key = :key", key=first) == 0


def complete(key: int) -> None:
    from engine.work.jobs import complete_job

    with store.transaction() as session:
        complete_job(session, key, {})


def test_correlating_says_who_got_it_and_refuses_when_nobody_waits(desk: Desk) -> None:
    desk.deploy(WAITS)
    with pytest.raises(NotFound) as refused:
        correlate("paid", "1")
    assert refused.value.code == "message_not_awaited"
    instance = desk.start(no="1")
    assert correlate("paid", "1") == instance
    assert desk.state(instance) == "completed"


def test_correlating_may_start_an_instance(desk: Desk) -> None:
    desk.deploy(STARTS)
    instance = correlate("fault", "c1")
    assert desk.state(instance) == "active"


def test_one_instance_sends_and_another_receives(desk: Desk) -> None:
    sender = diagram(start("s"), send("n", "paid", '="1"', inputs={"amount": "=7"}), end("e"), flows("s n e"))
    desk.deploy(WAITS, sender.replace(b'id="p"', b'id="q"'))
    receiver = desk.start("p", no="1")
    desk.start("q")
    assert desk.state(receiver) == "completed"
    assert desk.variables(receiver)["amount"] == 7


def published_and_dead(session: Session, *given: Any) -> None:
    publish_message(session, *given)
    raise RuntimeError("dead")


def test_messages_of_a_process_that_died_before_it_published_are_published_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = throw("n", several(message("paid", '="1"'), message("paid", '="1"')), properties={"ttl": "PT1H"})
    desk.deploy(WAITS, diagram(start("s"), twice, end("e"), flows("s n e"), process_id="q"))
    sent = "SELECT (SELECT count(*) FROM commands), (SELECT count(*) FROM messages)"
    with monkeypatch.context() as dead:
        dead.setattr(between, "_drain", lambda keys, ids: None)
        desk.start("q")
    assert desk.rows(sent) == [(2, 0)]
    # Who takes them over dies too, when it has published the first and not yet committed.
    with monkeypatch.context() as dead:
        dead.setattr(commands, "publish_message", published_and_dead)
        apply_due_commands()
    assert desk.rows(sent) == [(2, 0)]
    desk.rows("UPDATE commands SET due_at = now()")
    assert (apply_due_commands(), apply_due_commands()) == (2, 0)
    assert desk.rows(sent) == [(0, 2)]
    assert [desk.state(desk.start(no="1")) for _ in range(3)] == ["completed", "completed", "active"]


def test_a_receiver_that_is_gone_when_the_message_comes_gives_it_to_the_next(desk: Desk) -> None:
    """Two messages at once choose the same instance, since it waits still; the second goes on to the other."""
    desk.deploy(WAITS)
    first, second = desk.start(no="1"), desk.start(no="1")
    with store.transaction() as session:
        publish_message(session, "paid", "1", {"n": 1})
        publish_message(session, "paid", "1", {"n": 2})
    assert [desk.variables(key)["n"] for key in (first, second)] == [1, 2]


def test_a_buffered_message_whose_receiver_is_gone_stays_for_later(desk: Desk) -> None:
    desk.deploy(WAITS)
    desk.start(no="1")
    with store.transaction() as session:
        publish_message(session, "paid", "1", {"n": 1}, HOUR)
        publish_message(session, "paid", "1", {"n": 2}, HOUR)
    late = desk.start(no="1")
    assert desk.variables(late)["n"] == 2


def test_one_that_expired_while_its_receiver_was_suspended_still_goes_to_the_next(desk: Desk) -> None:
    """Like one that is not kept at all: it came in time, and only its receiver is gone by now."""
    desk.deploy(WAITS)
    first, second = desk.start(no="1"), desk.start(no="1")
    with store.transaction() as session:
        suspend(session, first)
    publish("paid", "1", HOUR, got=True)
    desk.pin(MONDAY + 2 * HOUR)
    with store.transaction() as session:
        drop_expired_messages(session)
        cancel(session, first)
    assert apply_due_commands() >= 1
    assert desk.rows("SELECT kind, error FROM commands") == []
    assert (desk.state(first), desk.state(second)) == ("canceled", "completed")
    assert desk.variables(second)["got"] is True


def test_a_signal_reaches_all_who_wait_and_starts_what_starts_by_it(desk: Desk) -> None:
    waits = diagram(start("s"), catch("c", signal("storm")), end("e"), flows("s c e"))
    begins = diagram(start("s", signal("storm")), user("t"), end("e"), flows("s t e"), process_id="q")
    watches = diagram(
        event_sub("h", start("i", signal("storm")), end("j"), flows("i j")),
        start("s"),
        user("t"),
        end("e"),
        flows("s t e"),
        process_id="r",
    )
    desk.deploy(waits, begins, watches)
    keys = [desk.start("p"), desk.start("p"), desk.start("r")]
    with store.transaction() as session:
        broadcast_signal(session, "storm", {"level": 3})
    assert [desk.state(key) for key in keys] == ["completed"] * 3
    [(started,)] = desk.rows("SELECT key FROM instances WHERE process_id = 'q'")
    assert desk.variables(started) == {"level": 3}


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": ""}, "message_invalid"),
        ({"name": "m", "ttl": timedelta(seconds=-1)}, "message_invalid"),
        ({"name": "m", "ttl": timedelta.max}, "message_invalid"),
        ({"name": "m\0"}, "name_malformed"),
        ({"name": "名" * 257}, "name_malformed"),
        ({"name": "m", "key": "\ud800"}, "name_malformed"),
        ({"name": "m", "key": "k" * 257}, "name_malformed"),
        ({"name": "m", "id_": "i" * 257}, "name_malformed"),
        ({"name": "m", "ttl": HOUR, "x": "\0"}, "value_not_storable"),
        ({"name": "m", "ttl": HOUR, "x": float("nan")}, "value_not_json"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(given: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        publish(**given)
    with store.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM messages")).scalar_one() == 0


def test_the_longest_names_are_found_again(desk: Desk) -> None:
    """In every alphabet: an index holds three of them side by side."""
    name = "".join(chr(0x4E00 + n * 37 % 20_000) for n in range(256))
    waits = diagram(start("s"), catch("c", message(name, "=no")), end("e"), flows("s c e"))
    desk.deploy(waits)
    instance = desk.start(no=name)
    publish(name, name, HOUR, name)
    assert desk.state(instance) == "completed"


@pytest.mark.usefixtures("desk")
def test_a_message_without_a_life_is_not_kept_and_may_be_repeated() -> None:
    assert publish("m", "k", timedelta(), "id") != publish("m", "k", timedelta(), "id")
    publish("m", "k", HOUR, "id")
    with pytest.raises(Conflict, match="message_published_already"):
        publish("m", "k", timedelta(), "id")


@pytest.mark.parametrize("name", ["", "s\0", "s" * 257])
@pytest.mark.usefixtures("desk")
def test_a_signal_needs_a_name(name: str) -> None:
    with store.transaction() as session, pytest.raises(Invalid):
        broadcast_signal(session, name)
