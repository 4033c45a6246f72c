"""API tokens."""

from datetime import timedelta

import pytest

from engine import clock, store
from engine.directory import tokens
from engine.errors import Invalid, NotFound, Unauthorized
from engine.store.models import ApiToken

pytestmark = pytest.mark.usefixtures("organisation")


def made(**more: object) -> str:
    given: dict[str, object] = {"lifetime": timedelta(days=1), "created_by": "admin", **more}
    with store.transaction() as session:
        return tokens.add_token(session, "crm", "GD", **given)  # type: ignore[arg-type]


def test_a_token_acts_for_its_unit_with_its_rights() -> None:
    text = made(roles=["operator"], groups=["GD.crc.duty"])
    with store.transaction() as session:
        client = tokens.principal_of_token(session, text)
    assert client.id == "token:crm"
    assert client.units == {"GD", "GD-GZ", "GD-SZ"}
    assert client.may_operate()
    assert client.groups == {"GD.crc.duty"}


def test_the_secret_is_nowhere_in_the_database() -> None:
    secret = made().rsplit("_", 1)[1]
    with store.transaction() as session:
        token = session.query(ApiToken).one()
    assert secret.encode() not in token.secret_hash
    assert secret not in str(vars(token))


@pytest.mark.parametrize("text", ["", "tl", "tl__", "tl_a_b", "xx_a_b", "tl_\x00_b", "tl_" + "a" * 5000])
def test_nonsense_is_no_token(text: str) -> None:
    with store.transaction() as session, pytest.raises(Unauthorized) as refusal:
        tokens.principal_of_token(session, text.replace("\x00", "0"))
    assert refusal.value.code == "token_wrong"


def test_another_secret_is_refused() -> None:
    text = made()
    with store.transaction() as session, pytest.raises(Unauthorized):
        tokens.principal_of_token(session, text[:-1] + ("0" if text[-1] != "0" else "1"))


def test_a_token_ends_by_machine_time_and_by_revoking() -> None:
    over, live = made(), made()
    with store.transaction() as session:
        row = session.get(ApiToken, over.split("_")[1])
        assert row is not None
        row.expires_at = clock.machine()
        tokens.revoke_token(session, live.split("_")[1])
    with store.transaction() as session:
        for text in (over, live):
            with pytest.raises(Unauthorized) as refusal:
                tokens.principal_of_token(session, text)
            assert refusal.value.code == "token_over"
        assert len(tokens.all_tokens(session)) == 2
        with pytest.raises(NotFound):
            tokens.revoke_token(session, "unknown")


def test_refuses_unknown_units_and_malformed_groups() -> None:
    with store.transaction() as session:
        with pytest.raises(NotFound):
            tokens.add_token(session, "x", "XX", lifetime=timedelta(1), created_by="admin")
        with pytest.raises(Invalid):
            tokens.add_token(session, "x", "GD", groups=["a"], lifetime=timedelta(1), created_by="admin")
