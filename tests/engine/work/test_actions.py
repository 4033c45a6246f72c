"""Actions: what people may send to a running case, to whom it is open, and where it goes (decision 15)."""

import json
from typing import Any

import pytest

from engine import store
from engine.directory.principal import Principal
from engine.errors import Forbidden, Invalid, NotFound
from engine.work.actions import Action, action_form, open_actions, send_action
from tests.engine.factories import diagram, end, event_sub, flows, message, start, user
from tests.engine.work.conftest import Desk
from tests.engine.work.test_tasks import LI, OPERATOR, OTHER, STRANGER

FORM = {
    "id": "why",
    "type": "default",
    "components": [{"type": "textfield", "id": "r", "key": "reason", "label": "原因", "validate": {"required": True}}],
}


def a_case(desk: Desk) -> int:
    """A case with a task and three actions: one for the centre, with a form, one for everybody, one that is none."""
    properties = {"action.form": "why", "action.roles": "*.crc.*", "action.label": "挂起"}
    suspend = start("i", message("suspend_asked", "=no"), interrupting=False, properties=properties)
    note = start("k", message("note_sent", "=no"), interrupting=False, properties={"action.label": "备注"})
    silent = start("m", message("silent", "=no"), interrupting=False)
    desk.deploy(
        diagram(
            event_sub("h1", suspend, end("j"), flows("i j")),
            event_sub("h2", note, end("l"), flows("k l")),
            event_sub("h3", silent, end("n"), flows("m n")),
            start("s"),
            user("t", "GD-GZ.crc.duty"),
            end("e"),
            flows("s t e"),
        ),
        ("why.form", json.dumps(FORM).encode()),
    )
    return desk.start(no="1")


def listed(principal: Principal, key: int) -> list[Action]:
    with store.transaction() as session:
        return open_actions(session, principal, key)


def sent(principal: Principal, key: int, action: str, **variables: Any) -> None:
    with store.transaction() as session:
        send_action(session, principal, key, action, variables)


def test_people_see_what_they_may_send(desk: Desk) -> None:
    key = a_case(desk)
    [suspend, note] = listed(LI, key)
    assert (suspend.element, suspend.name, suspend.label, suspend.form) == ("i", "suspend_asked", "挂起", "why")
    assert suspend.roles == ("*.crc.*",)
    assert note.label == "备注"
    assert [action.element for action in listed(OTHER, key)] == ["k"]
    assert [action.element for action in listed(OPERATOR, key)] == ["i", "k"]
    with pytest.raises(NotFound):
        listed(STRANGER, key)


@pytest.mark.parametrize("by", ["element", "name", "key"])
def test_it_goes_to_the_subscription_that_shows_it(desk: Desk, by: str) -> None:
    key, other = a_case(desk), desk.start(no="1")
    action = listed(LI, key)[0]
    sent(LI, key, str(getattr(action, by)), reason="等备件", admin=True)
    assert "h1" in desk.elements(key)
    assert "h1" not in desk.elements(other)
    told = desk.rows("SELECT element, data FROM history WHERE kind = 'action_sent'")
    assert [tuple(row) for row in told] == [("i", {"name": "suspend_asked"})]


def test_another_cases_actions_and_values_are_none_of_this_one(desk: Desk) -> None:
    key, other = a_case(desk), desk.start(no="2", secret="x")
    assert {action.instance_key for action in listed(LI, key)} == {key}
    with pytest.raises(NotFound):
        sent(LI, key, str(listed(LI, other)[0].key), reason="x")
    desk.rows("INSERT INTO variables VALUES (:key, :key + 5, 'inner', '1')", key=key)
    with store.transaction() as session:
        assert action_form(session, LI, key, "i").variables == {"no": "1"}


def test_its_form_is_checked(desk: Desk) -> None:
    key = a_case(desk)
    with pytest.raises(Invalid) as refused:
        sent(LI, key, "i")
    assert [(f.element, f.code) for f in refused.value.findings] == [("reason", "form_required")]
    assert "h1" not in desk.elements(key)


def test_nobody_sends_what_is_not_theirs_or_not_open(desk: Desk) -> None:
    key = a_case(desk)
    with pytest.raises(Forbidden):
        sent(OTHER, key, "i", reason="x")
    with pytest.raises(NotFound):
        sent(LI, key, "silent")
    with pytest.raises(NotFound):
        sent(STRANGER, key, "k")
    desk.rows("DELETE FROM subscriptions WHERE element = 'k'")
    with pytest.raises(NotFound) as refused:
        sent(LI, key, "k")
    assert refused.value.code == "action_not_open"
