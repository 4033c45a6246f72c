"""Reading bodies: JSON with exact numbers, checked against a shape. What is wrong comes as findings by field."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

from flask import Request, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

import engine
from web.json import read

View = TypeVar("View", bound=Callable[..., Any])
Shaped = Schema | type[Schema]


class BodyParser(FlaskParser):
    """webargs, with our JSON and our errors. A missing body, or null, is an empty object."""

    DEFAULT_VALIDATION_STATUS = 400

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body's value. Raises Invalid for what is no JSON."""
        text = req.get_data()
        if not text:
            return {}
        if not core.is_json(req.mimetype):
            raise UnsupportedMediaType
        told = read(text)
        return {} if told is None else told

    def handle_error(self, error: ValidationError, req: Any, schema: Schema, **kwargs: Any) -> NoReturn:
        """Every field that is wrong, at once."""
        messages: Any = error.messages
        # webargs puts the place of the body (json, form, files) around what marshmallow says
        findings = [found for place in messages.values() for found in _findings(place, "")]
        raise engine.Invalid("request_invalid", findings=tuple(findings)) from None


def _tried_again(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def trying(*args: Any, **kwargs: Any) -> Any:
        # files of a form have been read by then
        if request.mimetype == "multipart/form-data":
            return view(*args, **kwargs)
        try:
            return engine.trying_again(lambda: view(*args, **kwargs))
        except engine.Conflict as error:
            if error.code != "database_busy":
                raise
            raise engine.Unavailable(error.code, **error.parameters) from error

    return trying


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """flask-smorest's, reading bodies our way, with types."""

    ARGUMENTS_PARSER = BodyParser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve the view below at a path; `methods` as Flask has them.

        A view has one transaction, so that it can be done again where somebody else got in its way.
        """
        serve = super().route(rule, **options)

        def placed(view: Callable[..., Any]) -> Any:
            return serve(_tried_again(view))

        return cast(Callable[[View], View], placed)

    def body(self, schema: Shaped, **options: Any) -> Callable[[View], View]:
        """Hand the view the body of the request, read by a shape, as its first argument."""
        # A class would be made an instance of with every request.
        shape = schema() if isinstance(schema, type) else schema
        return cast(Callable[[View], View], self.arguments(shape, **options))

    def answer(self, status: int, schema: Shaped | None = None, **options: Any) -> Callable[[View], View]:
        """Answer with what the view returns, in a shape."""
        return cast(Callable[[View], View], self.response(status, schema, **options))

    def also(self, status: int, description: str) -> Callable[[View], View]:
        """Say that the view may answer otherwise, too."""
        return cast(Callable[[View], View], self.alt_response(status, description=description))


def _findings(messages: Any, place: str) -> Iterator[engine.Finding]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            # marshmallow's name for what concerns the object itself
            where = place if name == "_schema" else f"{place}.{name}".lstrip(".")
            yield from _findings(inner, where)
        return
    for message in messages:
        if isinstance(message, engine.Finding):
            yield engine.Finding(message.code, message.parameters, element=place)
        else:
            yield engine.Finding(message, element=place)
