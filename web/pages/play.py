"""Play mode: an analyst walks a case through a process that need not be deployed, in memory, with a clock of its own.

The browser keeps the steps and sends all of them each time; they are played anew, so nothing is kept here between two
requests and a step can be taken back.
"""

from datetime import datetime
from typing import Any

from flask import Response, current_app, g, jsonify, render_template, url_for

import engine
from web import problems, rights
from web.asking import Language, principal
from web.pages.form_look import changing
from web.pages.forms import answered, asked_json, shown_form, text_of
from web.pages.frame import Pages, page
from web.pages.models import asked_version
from web.pages.play_telling import told
from web.pages.words import said_below

MOST_STEPS = 300
# Fewer than the engine allows before it takes a way for endless: somebody waits, and each step is played anew.
MOST_HOPS = 50
MOST_BETWEEN = 2_000
PATH = "/models/<any(processes):kinds>/<id>/play"

pages = Pages("play", __name__)
pages.before_request(rights.require_analyst)


@pages.get(PATH)
def stage(kinds: str, id: str) -> Response:  # noqa: A002
    """The page on which a process is played: one's draft, the latest version, or the version asked for."""
    version = asked_version()
    with engine.transaction() as session:
        model = engine.open_model(session, principal().id, "process", id, version)
        handlers = engine.queries.models.handlers(session)
        now = engine.case_time()
    file = url_for("models.file", kinds=kinds, id="ID")
    island = {
        "id": id,
        "now": now.replace(microsecond=0).isoformat(),
        "language": g.language,
        "addresses": {
            "play": url_for("play.steps", kinds=kinds, id=id, version=version),
            "form": url_for("play.form", kinds=kinds, id=id),
            "file": url_for("models.file", kinds=kinds, id=id, version=version),
            "files": file,
        },
        "outputs": {one.topic: one.output for one in handlers},
        "words": said_below("play.", g.language),
        "timezone": str(current_app.config["SETTINGS"].timezone),
        "form": shown_form((), {}).island,
    }
    return page("play.html", island=island, model=model, kinds=kinds, id=id, asked=version)


@pages.post(PATH)
def steps(kinds: str, id: str) -> Response:  # noqa: A002
    """Play these steps from the beginning, and tell where they lead."""
    sent = asked_json()
    taken = sent.get("steps", [])
    if not isinstance(taken, list) or not all(isinstance(step, dict) for step in taken):
        raise engine.Invalid("play_step_malformed", step="steps")
    if len(taken) > MOST_STEPS:
        raise engine.Invalid("play_too_many_steps", most=MOST_STEPS)
    now = _moment(sent.get("now"))
    with engine.transaction() as session:
        model = engine.open_model(session, principal().id, "process", id, asked_version())
        deployed = engine.in_force(session)
        texts = _texts(session, model, deployed, g.language)
    box = _box(model, deployed, now)
    done, refused = engine.play(box, id, taken)
    if refused is not None:
        # A refusal may come midway in a step; what is shown is what the steps before it lead to.
        box = _box(model, deployed, now)
        engine.play(box, id, taken[:done])
    answer = told(box, id, texts, g.language)
    return jsonify({**answer, "done": done, "refused": _why(refused)})


@pages.post(f"{PATH}/form")
def form(kinds: str, id: str) -> Response:  # noqa: A002
    """A form that is deployed, as it stands with these values over what the case holds, and what is wrong with them."""
    sent = asked_json()
    values, held = sent.get("values"), sent.get("data")
    if not isinstance(values, dict) or not isinstance(held, dict):
        raise engine.Invalid("variables_not_an_object")
    with engine.transaction() as session:
        key = engine.latest(session, "form", text_of(sent, "form")).key
        parts, findings = answered(session, key, values, held)
    html = render_template("pages/_play_form.html", parts=parts)
    told = [{"element": one.element, "message": engine.words(one, g.language)} for one in findings]
    return jsonify({"html": html, "state": changing(parts), "findings": told})


def _box(model: engine.Model, deployed: engine.InForce, now: datetime) -> engine.Sandbox:
    """A sandbox with the model, and around it what is deployed. Raises Invalid with every finding on the model."""
    box = engine.Sandbox(now=now)
    box.most_hops, box.most_between = MOST_HOPS, MOST_BETWEEN
    # The model takes the place of the version of it that is deployed, for what calls it as well.
    others = [spec for spec in deployed.processes.values() if spec.process_id != model.id]
    box.take(others, deployed.decisions, deployed.forms)
    box.deploy(model.content.encode(), model.resource.rpartition("/")[2])
    return box


def _texts(
    session: engine.Session, model: engine.Model, deployed: engine.InForce, language: Language
) -> dict[str, dict[str, str]]:
    """By process id, the texts of its elements where the reader's language is not that of the file."""
    keys = deployed.keys["process"]
    found = {process: dict(engine.texts_of(session, key, language)) for process, key in keys.items()}
    return {**found, model.id: dict(model.texts) if language == "en" else {}}


def _moment(given: Any) -> datetime:
    try:
        found = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise engine.Invalid("play_step_malformed", step="now") from None
    if found.tzinfo is None or not 2000 <= found.year < 2200:
        raise engine.Invalid("play_step_malformed", step="now")
    return found


def _why(refused: engine.TrunklineError | None) -> dict[str, Any] | None:
    if refused is None:
        return None
    message = engine.words(refused, g.language)
    return {"message": message, "findings": [problems.told(finding) for finding in refused.findings]}
