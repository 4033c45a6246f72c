"""People and groups: read by operators; changed on the pages and by command, not here."""

from collections.abc import Mapping
from typing import Any

import engine
from web.parsing import Blueprint
from web.rights import require_operator
from web.schemas.people import Group, GroupPage, GroupSearch, GroupUserPage, GroupUserSearch, User, UserPage, UserSearch
from web.schemas.search import found, order, page, wanted

blueprint = Blueprint("people_api", __name__, url_prefix="/v2", description="People and their groups")


@blueprint.route("/users/search", methods=["POST"])
@blueprint.body(UserSearch)
@blueprint.answer(200, UserPage)
def search_users(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search people."""
    require_operator()
    filter_ = engine.queries.PersonFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.people.search(session, filter_, order(body), page(body)))


@blueprint.route("/users/<person>", methods=["GET"])
@blueprint.answer(200, User)
def get_user(person: str) -> Any:
    """One person."""
    require_operator()
    with engine.transaction() as session:
        told = engine.queries.people.search(session, engine.queries.PersonFilter(id=person)).items
    if not told:
        raise engine.NotFound("person_unknown", person=person[:100])
    return told[0]


@blueprint.route("/groups/search", methods=["POST"])
@blueprint.body(GroupSearch)
@blueprint.answer(200, GroupPage)
def search_groups(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the groups that somebody is in."""
    require_operator()
    filter_ = engine.queries.GroupFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.people.search_groups(session, filter_, order(body), page(body)))


@blueprint.route("/groups/<group>", methods=["GET"])
@blueprint.answer(200, Group)
def get_group(group: str) -> Any:
    """One group."""
    require_operator()
    with engine.transaction() as session:
        return _group(session, group)


@blueprint.route("/groups/<group>/users/search", methods=["POST"])
@blueprint.body(GroupUserSearch)
@blueprint.answer(200, GroupUserPage)
def search_users_of_group(body: Mapping[str, Any], group: str) -> dict[str, Any]:
    """Who was put into a group."""
    require_operator()
    filter_ = engine.queries.PersonFilter(group=group)
    with engine.transaction() as session:
        _group(session, group)
        return found(engine.queries.people.search(session, filter_, order(body), page(body)))


def _group(session: engine.Session, group: str) -> Any:
    told = engine.queries.people.search_groups(session, engine.queries.GroupFilter(id=group)).items
    if not told:
        raise engine.NotFound("group_unknown", group=group[:100])
    return told[0]
