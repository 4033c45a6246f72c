"""What people have said about cases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Comment, Instance, Person

from .rights import sees_case

MOST = 500


def of_case(session: Session, root_key: int, principal: Principal | None = None) -> Sequence[Row[Any]]:
    """The newest comments on a case and on those it called, oldest first: author's name, text, case, time."""
    columns = (
        Comment.key,
        Comment.instance_key,
        Comment.text,
        Comment.at,
        Comment.author,
        Person.name.label("author_name"),
        Instance.case_no,
    )
    query = (
        select(*columns)
        .join(Instance, Instance.key == Comment.instance_key)
        .outerjoin(Person, Person.id == Comment.author)
        .where(Comment.root_key == root_key)
    )
    visible = sees_case(principal, Comment.instance_key)
    if visible is not None:
        query = query.where(visible)
    # Where there are more, the newest are kept.
    return session.execute(query.order_by(Comment.key.desc()).limit(MOST)).all()[::-1]
