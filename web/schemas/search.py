"""Searches: a filter, an order and a page in; items and where they lie among all in answer."""

from collections.abc import Mapping
from typing import Any, cast

from marshmallow import fields

import engine
from web.schemas.fields import Choice, Coded, Flag, Inner, Key, Made, Several, Shape, Text, Whole, refusal

OPERATORS = ("$eq", "$neq", "$exists", "$in", "$notIn", "$like", "$gt", "$gte", "$lt", "$lte")
LONGEST_LIST = 1000


class Filter(Coded, fields.Field[Any]):
    """A condition on one field: a value, or an object from operators to values. `to` is the engine's name for it."""

    def __init__(self, inner: fields.Field[Any], to: str, operators: tuple[str, ...] = OPERATORS) -> None:
        one_of = [{}, {"type": "object"}]
        super().__init__(attribute=to, metadata={"oneOf": one_of, "description": ", ".join(operators)})
        self.inner = inner
        self.operators = operators

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            return self.inner.deserialize(value)
        return {operator: self._compared(operator, compared) for operator, compared in value.items()}

    def _compared(self, operator: str, value: Any) -> Any:
        if operator not in self.operators:
            raise refusal("member_operator_unknown", operator=operator, operators=", ".join(self.operators))
        if operator == "$exists":
            return Flag().deserialize(value)
        if operator not in ("$in", "$notIn"):
            return Text().deserialize(value) if operator == "$like" else self.inner.deserialize(value)
        if not isinstance(value, list) or len(value) > LONGEST_LIST:
            raise refusal("member_not_a_list")
        return [self.inner.deserialize(item) for item in value]


class Tenant(Coded, fields.Field[str]):
    """There is one tenant; asking for another finds nothing, so it is refused by name."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return "<default>"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value not in ("<default>", ""):
            raise refusal("tenant_unknown", tenant=str(value)[:100])
        return "<default>"


def default_tenant() -> Made:
    """The member `tenantId` of answers."""
    return Made(lambda _: "<default>")


class PageWanted(Shape):
    """Which part of the found: from a number on, or after or before a cursor."""

    from_ = Whole(0, data_key="from", attribute="start")
    limit = Whole(0, 1000)
    after = Text()
    before = Text()


class PageTold(Shape):
    """Where the items lie among all that were found."""

    total_items = Whole(attribute="total")
    has_more_total_items = Flag(attribute="has_more")
    start_cursor = Text()
    end_cursor = Text()


def search_body(name: str, filters: Mapping[str, fields.Field[Any]], orders: Mapping[str, str]) -> type[Shape]:
    """The body of a search: `filters` by our snake_case names, `orders` from Camunda's sort fields to the engine's."""
    field = Choice({**orders, "tenantId": ""}, required=True)
    filter_shape = shape(f"{name}Filter", **filters, tenant_id=Tenant())
    sort_shape = shape(f"{name}Sort", field=field, order=Choice({"ASC": "ASC", "DESC": "DESC"}))
    return shape(f"{name}Search", filter=Inner(filter_shape), sort=Several(Inner(sort_shape)), page=Inner(PageWanted))


def page_of(item: type[Shape]) -> type[Shape]:
    """The answer to a search."""
    return shape(f"{item.__name__}Page", items=Several(Inner(item)), page=Inner(PageTold))


def shape(name: str, /, **members: fields.Field[Any]) -> type[Shape]:
    """A shape made of its members."""
    return cast(type[Shape], Shape.from_dict(members, name=name))


def wanted(body: Mapping[str, Any]) -> dict[str, Any]:
    """The filter of a search as the engine's filters take it."""
    return {name: value for name, value in body.get("filter", {}).items() if name != "tenant_id"}


def order(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The order of a search as the engine takes it; all are of one tenant, so that orders nothing."""
    return [(one["field"], one.get("order", "ASC")) for one in body.get("sort", []) if one["field"]]


def page(body: Mapping[str, Any]) -> engine.queries.PageRequest:
    """The page of a search as the engine takes it. Raises Invalid."""
    return engine.queries.PageRequest(**body.get("page", {}))


def found(told: engine.queries.Page, items: Any = None) -> dict[str, Any]:
    """The members of an answer to a search; `items` where they tell more than the rows found."""
    return {"items": told.items if items is None else items, "page": told}


class JsonText(Coded, fields.Field[Any]):
    """A value as JSON text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return engine.load_json(Text().deserialize(value))
        except (ValueError, RecursionError):
            raise refusal("member_not_json") from None


class ValueFilter(Filter):
    """A condition on a variable's value. A plain one is equality, too, for a value may be an object itself."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        told = super()._deserialize(value, attr, data, **kwargs)
        return told if isinstance(value, dict) else {"$eq": told}


def value_filter() -> Filter:
    """A condition on the value of a variable."""
    return ValueFilter(JsonText(), "value", ("$eq", "$neq", "$in", "$notIn", "$exists"))


def key_filter(to: str) -> Filter:
    """A condition on a key."""
    return Filter(Key(), to)


def text_filter(to: str) -> Filter:
    """A condition on a text."""
    return Filter(Text(), to)
