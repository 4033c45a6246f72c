"""Two versions of a model side by side: diagrams with what has changed marked, forms and tables by their lines."""

import difflib
import re

from flask import Response, abort, request, url_for

import engine
from web import rights
from web.asking import principal
from web.pages import visitor
from web.pages.frame import Pages, page
from web.pages.models import KINDS, PATH
from web.pages.words import said_below

AROUND = 3
LARGEST_COMPARED = 20_000  # lines; more take a second and nobody reads them
DRAFT = "draft"

pages = Pages("compare", __name__)
pages.before_request(rights.require_analyst)


@pages.get(f"{PATH}/compare")
def compare(kinds: str, id: str) -> Response:  # noqa: A002
    """What has changed from one version to another, or to one's draft."""
    language = visitor.language()
    with engine.transaction() as session:
        person, kind = principal().id, KINDS[kinds]
        versions = engine.queries.models.versions(session, kind, id, language)
        has_draft = any((one.kind, one.id) == (kind, id) for one in engine.queries.models.drafts(session, person))
        new = _asked("new") or (DRAFT if has_draft else str(versions[0].version))
        old = _asked("old") or str(_before(new, [one.version for one in versions]))
        if DRAFT in (old, new) and not has_draft:
            abort(404)
        before, after = (engine.open_model(session, person, kind, id, _number(one)) for one in (old, new))
    island = {
        "old": url_for("models.file", kinds=kinds, id=id, version=_number(old)),
        "new": url_for("models.file", kinds=kinds, id=id, version=_number(new)),
        "words": said_below("compare.", language),
        "texts": {"old": _texts(before, language), "new": _texts(after, language)},
    }
    lines = [] if kinds == "processes" else _lines(before.content, after.content)
    return page(
        "compare.html",
        kinds=kinds,
        id=id,
        name=versions[0].name,
        versions=versions,
        has_draft=has_draft,
        old=old,
        new=new,
        island=island,
        lines=lines,
    )


def _asked(name: str) -> str | None:
    given = request.args.get(name)
    if given is not None and given != DRAFT and not re.fullmatch(r"[0-9]{1,9}", given):
        abort(404)
    return given


def _number(asked: str) -> int | None:
    return None if asked == DRAFT else int(asked)


def _before(new: str, versions: list[int]) -> int:
    """The version before; of a draft the latest one."""
    older = [one for one in versions if new == DRAFT or one < int(new)]
    return older[0] if older else versions[-1]


def _texts(model: engine.Model, language: str) -> dict[str, str]:
    """What the elements are called where that is not the language of the file."""
    return dict(model.texts) if language == "en" else {}


def _lines(old: str, new: str) -> list[tuple[str, str]]:
    """Lines with their mark: `+`, `-`, a space, or `@` where equal ones are left out."""
    one, other = (text.splitlines()[:LARGEST_COMPARED] for text in (old, new))
    # The first two lines name files, which there are none of.
    found = list(difflib.unified_diff(one, other, lineterm="", n=AROUND))[2:]
    return [("@", "") if line.startswith("@@") else (line[0], line[1:]) for line in found]
