"""Models for analysts: what is deployed, its versions, going back, files, English texts, new models."""

import json
import re
from urllib.parse import quote

from flask import Response, abort, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

import engine
from web import problems, rights
from web.asking import principal
from web.pages import visitor
from web.pages.asked import TOLD, one_of
from web.pages.frame import Pages, page
from web.pages.words import say

KINDS: dict[str, engine.ModelKind] = {"processes": "process", "forms": "form", "decisions": "decision"}
PATH = "/models/<any(processes, forms, decisions):kinds>/<id>"
LONGEST_ID, LONGEST_COMMENT, LONGEST_NAME, LONGEST_TEXT = 80, 500, 200, 2000
MOST_SAID, MOST_CHARACTERS = 5, 1000
# Ids are names in XML; a form's may stand in a diagram.
ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")

pages = Pages("models", __name__)
pages.before_request(rights.require_analyst)


@pages.get("/models")
def models() -> Response:
    """Everything deployed, by kind, and one's own drafts."""
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.models.deployed(session, language)
        drafts = engine.queries.models.drafts(session, principal().id)
    plural = {kind: kinds for kinds, kind in KINDS.items()}
    names = {(one.kind, one.id): one.name for one in found}
    shown = {kinds: [one for one in found if one.kind == kind] for kinds, kind in KINDS.items()}
    return page("models.html", shown=shown, drafts=drafts, plural=plural, names=names)


@pages.post("/models/new")
def begin() -> AnyResponse:
    """Begin a process, form or decision table of one's own as a draft."""
    kinds = one_of("kinds", KINDS)
    id, name = request.form.get("id", "").strip(), request.form.get("name", "").strip()  # noqa: A001
    _require_id(id)
    _require_short(name, LONGEST_NAME)
    with engine.transaction() as session:
        engine.new_model(session, principal().id, KINDS[kinds], id, blank(kinds, id, name or id))
    return redirect(url_for("modeler.edit", kinds=kinds, id=id))


@pages.post("/models/import")
def bring() -> AnyResponse:
    """Take a file as a draft of what it defines; what is wrong with it is said on the page it was sent from."""
    try:
        kind, id = _bring()  # noqa: A001
    except engine.TrunklineError as refused:
        language = visitor.language()
        said = [problems.told(finding)["message"] for finding in refused.findings[:MOST_SAID]]
        flash((" ".join(said) or engine.words(refused, language))[:MOST_CHARACTERS], "danger")
        return redirect(url_for("models.models", _anchor="import"))
    return redirect(url_for("modeler.edit", kinds=next(one for one in KINDS if KINDS[one] == kind), id=id))


def _bring() -> tuple[engine.ModelKind, str]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise engine.Invalid("model_file_missing")
    name = sent.filename.replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
    over = request.form.get("over") == "yes"
    with engine.transaction() as session:
        kind, id = engine.import_model(session, principal().id, name, sent.read(), over=over)  # noqa: A001
        # Before the commit: a refusal takes the draft back with it.
        _require_id(id)
    return kind, id


@pages.get(f"{PATH}/versions")
def versions(kinds: str, id: str) -> Response:  # noqa: A002
    """The versions of a model."""
    with engine.transaction() as session:
        found = engine.queries.models.versions(session, KINDS[kinds], id, visitor.language())
    return page("model_versions.html", kinds=kinds, id=id, versions=found)


@pages.post(f"{PATH}/versions/<int:version>/again")
def again(kinds: str, id: str, version: int) -> AnyResponse:  # noqa: A002
    """Go back to a version: what was in it is deployed anew."""
    with engine.transaction() as session:
        old = engine.open_model(session, principal().id, KINDS[kinds], id, version)
        comment = say("models.went_back_comment", visitor.language(), version=version)
        deployed = engine.deploy_model(session, principal().id, old, comment, keep_draft=True)
    made = next(one for one in deployed.definitions if one.id == id)
    text = say("models.went_back" if made.new else "models.same", visitor.language(), old=version, version=made.version)
    flash(text, "success")
    return redirect(url_for("models.versions", kinds=kinds, id=id))


@pages.get(f"{PATH}/file")
def file(kinds: str, id: str) -> Response:  # noqa: A002
    """The file of a version, or one's draft, to be saved."""
    with engine.transaction() as session:
        model = engine.open_model(session, principal().id, KINDS[kinds], id, asked_version())
    response = current_app.response_class(model.content, content_type="application/octet-stream")
    name = model.resource.rpartition("/")[2]
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@pages.get(f"{PATH}/texts")
def texts(kinds: str, id: str) -> Response:  # noqa: A002
    """The Chinese texts of a model with the English beside them."""
    with engine.transaction() as session:
        model = engine.open_model(session, principal().id, KINDS[kinds], id)
    lines = engine.translatable(model.kind, model.resource, model.content)
    missing = sum(1 for place in lines if not model.texts.get(place))
    return page("model_texts.html", kinds=kinds, id=id, model=model, lines=lines, missing=missing, longest=LONGEST_TEXT)


@pages.post(f"{PATH}/texts")
def save_texts(kinds: str, id: str) -> AnyResponse:  # noqa: A002
    """Keep the English texts in one's draft; they become part of the next version."""
    with engine.transaction() as session:
        model = engine.open_model(session, principal().id, KINDS[kinds], id)
        lines = engine.translatable(model.kind, model.resource, model.content)
        told = dict(model.texts)
        for place in lines:
            given = request.form.get(f"text.{place}")
            if given is not None:
                _require_short(given, LONGEST_TEXT)
                told[place] = given.strip()
        kept = {place: text for place, text in told.items() if text}
        engine.save_model(session, principal().id, KINDS[kinds], id, texts=kept)
    flash(say("models.texts_saved", visitor.language()), "success")
    return redirect(url_for("models.texts", kinds=kinds, id=id))


@pages.post(f"{PATH}/draft/drop")
def drop(kinds: str, id: str) -> AnyResponse:  # noqa: A002
    """Forget one's draft."""
    with engine.transaction() as session:
        engine.drop_model_draft(session, principal().id, KINDS[kinds], id)
    flash(say("models.draft_dropped", visitor.language()), "success")
    return redirect(url_for("models.models"))


@pages.app_template_filter("deployer")
def deployer(name: str | None) -> str:
    """Who deployed: a person's name, or the system."""
    if name is None:
        return "—"
    return say("roles.system", visitor.language()) if name.startswith("system") else name


def _require_id(id: str) -> None:  # noqa: A002
    if not ID.fullmatch(id) or len(id) > LONGEST_ID:
        raise engine.Invalid("model_id_malformed", id=id[:LONGEST_ID], longest=LONGEST_ID)


def _require_short(text: str, longest: int) -> None:
    if len(text) > longest:
        raise engine.Invalid("field_too_long", name=text[:TOLD], longest=longest)


def asked_version() -> int | None:
    """The version in the address; a page for what is no number is not there."""
    given = request.args.get("version")
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", given):
        abort(404)
    return int(given)


def blank(kinds: str, id: str, name: str) -> str:  # noqa: A002
    """A model with nothing in it but what has to be."""
    if kinds == "forms":
        form = {"id": id, "type": "default", "schemaVersion": 19, "components": []}
        return json.dumps(form, ensure_ascii=False, indent=2) + "\n"
    template = "blank.bpmn.xml" if kinds == "processes" else "blank.dmn.xml"
    return current_app.jinja_env.get_template(f"models/{template}").render(id=id, name=name)
