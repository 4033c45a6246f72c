"""Starts that go by what was read for one before them: never by what is no longer so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine import store
from engine.errors import NotFound
from engine.instances import choosing
from engine.instances import start as start_instance
from engine.store import case_clock
from tests.engine.factories import diagram, end, flows, script, start
from tests.engine.house import MONDAY, House

HOUR = timedelta(hours=1)
LOOKS = """
    SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND query LIKE '%json_build_array(key, id, version)%'
      AND query NOT LIKE '%pg_stat_statements%'
"""


def version(value: int) -> bytes:
    return diagram(start("s"), script("t", str(value), "v"), end("e"), flows("s t e"))


def test_many_starts_ask_for_their_definition_and_numbers_a_few_times(house: House) -> None:
    house.deploy(version(1))
    before = house.value(LOOKS)
    keys = [house.start().key for _ in range(31)]
    # Slow machines look again when a second is over.
    assert 1 <= house.value(LOOKS) - before < 31
    assert keys == sorted(set(keys))


def test_a_version_deployed_a_moment_ago_is_the_one_that_starts(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.deploy(version(1))
    assert [house.start().version for _ in range(5)] == [1] * 5  # the last of them has left numbers for two more
    house.deploy(version(2))
    with caplog.at_level("INFO", "engine.store.session"):
        started = [house.start() for _ in range(3)]
    assert [(one.version, one.variables) for one in started] == [(2, {"v": 2})] * 3
    assert house.rows("SELECT version, count(*) FROM instances GROUP BY 1 ORDER BY 1") == [(1, 5), (2, 3)]
    # The first of them alone went by what it should not.
    assert len([record for record in caplog.records if "another try" in record.message]) <= 1


def test_a_version_deployed_between_the_look_and_the_writing_is_the_one_that_starts(house: House) -> None:
    house.deploy(version(1))
    versions: list[int] = []

    def begin(session: store.Session) -> None:
        versions.append(start_instance(session, process_id="p").version)
        if len(versions) == 1:
            with ThreadPoolExecutor(1) as other:
                other.submit(house.deploy, version(2)).result(20)

    store.retrying(begin)
    assert versions == [1, 2]
    assert house.rows("SELECT version FROM instances") == [(2,)]
    assert house.rows("SELECT DISTINCT instance_key FROM history WHERE instance_key IS NOT NULL") == house.rows(
        "SELECT key FROM instances"
    )


def test_a_case_clock_that_was_moved_a_moment_ago_is_the_one_that_counts(house: House) -> None:
    house.deploy(version(1))
    house.start()
    house.pin(MONDAY + HOUR)
    assert house.start().started_at == MONDAY + HOUR
    with store.transaction() as session:
        case_clock.move_to(session, MONDAY)
    first, second = (house.start().started_at for _ in range(2))
    assert MONDAY <= first < second < MONDAY + HOUR


def test_what_was_foreseen_a_second_ago_is_asked_for_again_and_no_number_is_wasted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "LASTS_SECONDS", 0.0)
    house.deploy(version(1))
    before = house.value(LOOKS)
    numbers = [house.start().key >> 24 for _ in range(4)]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert house.value(LOOKS) - before == 4


def test_threads_that_start_at_once_never_give_a_number_twice(house: House) -> None:
    house.deploy(version(1))
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: house.start().key, range(160)))
    assert len(set(keys)) == 160
    assert house.value("SELECT count(*) FROM instances WHERE state = 'completed'") == 160


def test_a_definition_is_named_by_its_key_or_version_too(house: House) -> None:
    old = house.deploy(version(1)).definitions[0]
    house.deploy(version(2))
    for _ in range(2):
        assert house.start(version=1).variables == {"v": 1}
        assert house.start(process_id=None, definition_key=old.key).variables == {"v": 1}
        assert house.start().variables == {"v": 2}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"process_id": "q"}, "process_unknown"),
        ({"version": 9}, "process_unknown"),
        ({"process_id": None, "definition_key": 9}, "definition_unknown"),
    ],
)
def test_what_is_not_there_is_not_there_at_the_second_start_either(
    house: House, given: dict[str, int], code: str
) -> None:
    house.deploy(version(1))
    house.start()
    for _ in range(2):
        with pytest.raises(NotFound, match=code):
            house.start(**{"process_id": "p", **given})


def test_a_start_that_nobody_tries_again_asks_by_itself(house: House) -> None:
    house.deploy(version(1))
    before = house.value(LOOKS)
    for _ in range(2):
        with store.transaction() as session:
            start_instance(session, process_id="p")
    assert house.value(LOOKS) == before
    assert house.value("SELECT count(*) FROM instances") == 2


def test_and_leaves_to_others_what_they_have_foreseen(house: House) -> None:
    house.deploy(version(1))
    for _ in range(3):
        house.start()
    foreseen = [{**one} for one in choosing._foreseen.values()]
    with store.transaction() as session:
        start_instance(session, process_id="p")
    assert [{**one} for one in choosing._foreseen.values()] == foreseen
