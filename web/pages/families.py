"""Every family of pages there is."""

from flask import Flask

from web.pages import (
    actions,
    assets,
    batches,
    case,
    case_news,
    cases,
    compare,
    demo,
    documents,
    errors,
    form_look,
    home,
    inbox,
    live,
    login,
    lookups,
    modeler,
    models,
    naming,
    operations,
    people,
    person,
    play,
    repair,
    start,
    task,
    tokens,
)
from web.pages.frame import install

FAMILIES = (
    assets.pages,
    home.pages,
    login.pages,
    person.pages,
    inbox.pages,
    live.pages,
    task.pages,
    start.pages,
    models.pages,
    modeler.pages,
    play.pages,
    compare.pages,
    cases.pages,
    case.pages,
    case_news.pages,
    actions.pages,
    operations.pages,
    batches.pages,
    repair.pages,
    tokens.pages,
    people.pages,
    lookups.pages,
    documents.pages,
    demo.pages,
)


def register(app: Flask) -> None:
    """Serve the pages beside the API; called once all else is registered, since errors are told by who asks."""
    install(app)
    for family in FAMILIES:
        app.register_blueprint(family)
    app.register_blueprint(naming.filters)
    app.register_blueprint(form_look.looks)
    errors.register(app)
