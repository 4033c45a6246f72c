"""Every family of pages there is."""

from flask import Flask

from web.pages import (
    assets,
    case,
    demo,
    documents,
    errors,
    home,
    inbox,
    live,
    login,
    lookups,
    modeler,
    models,
    person,
    start,
    task,
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
    case.pages,
    lookups.pages,
    documents.pages,
    demo.pages,
)


def register(app: Flask) -> None:
    """Serve the pages beside the API; called once all else is registered, since errors are told by who asks."""
    install(app)
    for family in FAMILIES:
        app.register_blueprint(family)
    errors.register(app)
