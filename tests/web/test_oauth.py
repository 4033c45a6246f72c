"""The token endpoint: an API token as a client's secret."""

import pytest

from tests.web.office import Office

FORM = "application/x-www-form-urlencoded"


def test_a_secret_that_is_a_token_is_given_back(office: Office) -> None:
    secret = office.tokens["worker"]
    form = {"grant_type": "client_credentials", "client_id": "anything", "client_secret": secret}
    answer = office.ask(None, "POST", "/oauth/token", data=form, content_type=FORM)
    assert answer.body == {"access_token": secret, "token_type": "Bearer", "expires_in": 300}


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "password", "username": "li.na", "password": "demo"}, 400, "unsupported_grant_type"),
        ({}, 400, "unsupported_grant_type"),
    ],
)
def test_anything_else_is_refused_as_oauth_has_it(
    office: Office, form: dict[str, str], status: int, error: str
) -> None:
    answer = office.ask(None, "POST", "/oauth/token", data=form, content_type=FORM)
    assert (answer.status, answer.body) == (status, {"error": error})
