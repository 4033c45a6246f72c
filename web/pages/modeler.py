"""The modeler: opens a model on its canvas, keeps drafts, checks and deploys what the canvas sends."""

from datetime import datetime
from typing import Any

from flask import Response, g, jsonify, url_for

import engine
from web import problems, rights
from web.asking import principal
from web.pages import visitor
from web.pages.element_templates import element_templates
from web.pages.forms import asked_json, text_of
from web.pages.frame import Pages, page
from web.pages.models import KINDS, LONGEST_COMMENT, PATH, asked_version
from web.pages.words import said_below, say

pages = Pages("modeler", __name__)
pages.before_request(rights.require_analyst)


@pages.get(PATH)
def edit(kinds: str, id: str) -> Response:  # noqa: A002
    """A model on its canvas: one's draft, else the latest version, else the one asked for."""
    with engine.transaction() as session:
        model = engine.open_model(session, principal().id, KINDS[kinds], id, asked_version())
        is_draft_hidden = asked_version() is not None and any(
            (one.kind, one.id) == (KINDS[kinds], id) for one in engine.queries.models.drafts(session, principal().id)
        )
        others = engine.queries.models.other_drafts(session, principal().id, KINDS[kinds], id)
        name = engine.queries.models.name_of(session, KINDS[kinds], id, g.language) or id
    island = {
        "kind": model.kind,
        "id": id,
        "resource": model.resource,
        "content": model.content,
        "base": model.base,
        "seen": model.drafted_at.isoformat() if model.drafted_at else None,
        "language": g.language,
        "addresses": {
            "check": url_for("modeler.check"),
            "draft": url_for("modeler.save", kinds=kinds, id=id),
            "deploy": url_for("modeler.deploy", kinds=kinds, id=id),
            "templates": url_for("modeler.templates"),
        },
        "words": said_below("modeler.", g.language),
    }
    return page(
        "modeler.html",
        island=island,
        model=model,
        kinds=kinds,
        id=id,
        is_draft_hidden=is_draft_hidden,
        others=others,
        name=name,
    )


@pages.get("/models/templates.json")
def templates() -> Response:
    """Element templates of what workers can do."""
    with engine.transaction() as session:
        return jsonify(element_templates(engine.queries.models.handlers(session), g.language))


@pages.post("/models/check")
def check() -> Response:
    """What is to be said of a model as it stands, with the elements it is said of."""
    sent = asked_json()
    kind = next((one for one in KINDS.values() if one == sent.get("kind")), None)
    if kind is None:
        raise engine.Invalid("request_malformed")
    with engine.transaction() as session:
        findings = engine.check_model(session, kind, text_of(sent, "resource")[:200], text_of(sent, "content"))
    return jsonify({"findings": [problems.told(finding) for finding in findings]})


@pages.put(f"{PATH}/draft")
def save(kinds: str, id: str) -> Response:  # noqa: A002
    """Keep a draft."""
    sent = asked_json()
    with engine.transaction() as session:
        kept = engine.save_model(
            session,
            principal().id,
            KINDS[kinds],
            id,
            content=text_of(sent, "content"),
            base=_base(sent),
            # What another window has kept since is not written over.
            seen=_seen(sent),
        )
        others = engine.queries.models.other_drafts(session, principal().id, KINDS[kinds], id)
    return jsonify({"kept": kept.isoformat(), "others": [one.name for one in others]})


@pages.post(f"{PATH}/deploy")
def deploy(kinds: str, id: str) -> Response:  # noqa: A002
    """Deploy what the canvas shows, with the English texts of the draft or the latest version."""
    sent = asked_json()
    comment = text_of(sent, "comment").strip()[:LONGEST_COMMENT]
    content, base, over = text_of(sent, "content"), _base(sent), sent.get("over") is True
    with engine.transaction() as session:
        person = principal().id
        engine.save_model(session, person, KINDS[kinds], id, content=content, base=base, seen=_seen(sent))
        model = engine.open_model(session, person, KINDS[kinds], id)
        deployed = engine.deploy_model(session, person, model, comment, over=over)
    made = next(one for one in deployed.definitions if (one.kind, one.id) == (KINDS[kinds], id))
    text = say("modeler.deployed" if made.new else "modeler.unchanged", visitor.language(), version=made.version)
    remarks = [problems.told(finding) for finding in deployed.findings]
    return jsonify({"version": made.version, "new": made.new, "said": text, "findings": remarks})


def _base(sent: dict[str, Any]) -> int:
    found = sent.get("base", 0)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**31:
        raise engine.Invalid("request_malformed")
    return int(found)


def _seen(sent: dict[str, Any]) -> datetime | None:
    """When the draft was kept that the window works on."""
    try:
        return datetime.fromisoformat(text_of(sent, "seen")) if sent.get("seen") else None
    except ValueError:
        raise engine.Invalid("request_malformed") from None
