"""People and groups, as Camunda tells of them. They are kept by our own pages and commands."""

from web.schemas.fields import Made, Shape, Text
from web.schemas.search import page_of, search_body, text_filter


class User(Shape):
    """A person. `unit` is ours."""

    username = Text(attribute="id")
    name = Text()
    email = Text(attribute="mail")
    unit = Text()


class Group(Shape):
    """A group: unit.role.post[.specialty]."""

    group_id = Text(attribute="id")
    name = Text()
    description = Made(lambda _: None)


class GroupUser(Shape):
    """Somebody in a group."""

    username = Text(attribute="id")


UserSearch = search_body(
    "User",
    {"username": text_filter("id"), "name": text_filter("name"), "email": text_filter("mail")},
    {"username": "id", "name": "name", "email": "mail"},
)
UserPage = page_of(User)
GroupSearch = search_body(
    "Group", {"group_id": text_filter("id"), "name": text_filter("name")}, {"groupId": "id", "name": "name"}
)
GroupPage = page_of(Group)
GroupUserSearch = search_body("GroupUser", {}, {"username": "id"})
GroupUserPage = page_of(GroupUser)
