"""Comments: said once, by whoever sees the case, and never changed."""

from sqlalchemy.orm import Session

from engine import clock, history
from engine.directory.principal import Principal
from engine.errors import Invalid, NotFound
from engine.queries.rights import sees
from engine.store.models import Comment, Instance

LONGEST = 4000


def add_comment(session: Session, principal: Principal, instance_key: int, text: str) -> int:
    """Say something about a case; the comment's key. Raises NotFound for a case not seen, Invalid for the text."""
    said = text.replace("\r\n", "\n").strip()
    if not sees(session, principal, instance_key):
        raise NotFound("instance_unknown", key=str(instance_key))
    instance = session.get(Instance, instance_key)
    if instance is None:
        raise NotFound("instance_unknown", key=str(instance_key))
    # PostgreSQL keeps no NUL in a text.
    if not said or "\x00" in said:
        raise Invalid("comment_empty")
    if len(said) > LONGEST:
        raise Invalid("comment_too_long", longest=LONGEST)
    comment = Comment(
        instance_key=instance_key, root_key=instance.root_key, author=principal.id, text=said, at=clock.now()
    )
    session.add(comment)
    session.flush()
    history.record(session, "comment_added", instance_key, data={"comment": str(comment.key)})
    return comment.key
