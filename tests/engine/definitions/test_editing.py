"""Analysts who deploy the same model at once: whoever comes second hears of the first."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from engine import store
from engine.definitions import Deployment
from engine.definitions.editing import Model, deploy_model, open_model
from engine.errors import Conflict
from tests.engine.factories import diagram, end, flows, start, user
from tests.engine.house import House

WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def flow(name: str) -> str:
    return diagram(start("s"), user(name), end("e"), flows(f"s {name} e")).decode()


NEW = Model("process", "p", "p.bpmn", flow("u"), {}, 0, 0, 0)


def opened() -> Model:
    with store.transaction() as session:
        return open_model(session, "li.na", "process", "p")


def at_once(first: Model, second: Model, *, over: bool = False) -> Deployment:
    """What the second gets, who begins to deploy before the first has committed."""

    def late(session: store.Session) -> Deployment:
        return deploy_model(session, "wang.wei", second, over=over)

    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            deploy_model(session, "li.na", first)
            store.raw_connection(session)  # has it written, not committed
            done = pool.submit(store.retrying, late)
            with psycopg.connect(store.configured_url(), autocommit=True) as looking:
                while not looking.execute(WAITS).fetchall():
                    assert not done.done()
        return done.result(20)


@pytest.mark.parametrize("new", [pytest.param(True, id="new"), pytest.param(False, id="deployed before")])
def test_the_second_of_two_who_deploy_at_once_is_told_and_may_deploy_all_the_same(house: House, new: bool) -> None:
    if not new:
        house.deploy(("p.bpmn", NEW.content.encode()))
    base = NEW if new else opened()
    hers, his = replace(base, content=flow("v")), replace(base, content=flow("w"))
    with pytest.raises(Conflict) as refused:
        at_once(hers, his)
    assert refused.value.code == "model_changed_meanwhile"
    assert refused.value.parameters == {"id": "p", "base": base.base, "version": base.base + 1}
    assert (opened().content, opened().version) == (hers.content, base.base + 1)
    made = at_once(replace(opened(), content=flow("x")), his, over=True)
    assert [(one.version, one.new) for one in made.definitions] == [(base.base + 3, True)]
    assert opened().content == his.content


def test_who_began_from_an_older_version_is_told_before_the_file_is_read(house: House) -> None:
    house.deploy(("p.bpmn", NEW.content.encode()))
    with store.transaction() as session, pytest.raises(Conflict):
        deploy_model(session, "wang.wei", replace(NEW, content="<nothing"))
