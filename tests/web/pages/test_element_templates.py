"""Element templates made of the handlers' own schemas and texts."""

from engine.queries.models import KnownHandler
from handlers import HANDLERS
from web.pages.element_templates import element_templates

KNOWN = [KnownHandler(one.topic, one.version, one.input, one.output, one.texts) for one in HANDLERS.values()]


def test_each_topic_has_one_that_sets_it_and_declares_every_input_and_output() -> None:
    for handler, template in zip(KNOWN, element_templates(KNOWN, "zh"), strict=True):
        bindings = [one["binding"] for one in template["properties"]]
        assert {"type": "zeebe:taskDefinition", "property": "type"} in bindings
        inputs = {one["name"] for one in bindings if one["type"] == "zeebe:input"}
        outputs = {one["source"] for one in bindings if one["type"] == "zeebe:output"}
        assert inputs == set(handler.input.get("properties", {}))
        assert outputs == {f"={name}" for name in handler.output.get("properties", {})}


def test_they_speak_the_readers_language() -> None:
    [chinese], [english] = (
        element_templates([one for one in KNOWN if one.topic == "test.measure"], language) for language in ("zh", "en")
    )
    assert (chinese["name"], english["name"]) == ("电路测试测量（SNMP）", "Measure for a circuit test (SNMP)")
    labels = [one.get("label") for one in english["properties"]]
    assert "Interval (s)" in labels


def test_choices_are_chosen_text_may_be_feel_and_all_else_is_feel() -> None:
    handler = KnownHandler(
        "t",
        1,
        {
            "required": ["kind"],
            "properties": {
                "kind": {"enum": ["a", "b"]},
                "text": {"type": ["string", "null"]},
                "list": {"type": "array"},
                "any": True,
            },
        },
        {},
        {},
    )
    [template] = element_templates([handler], "en")
    kind, text, many, anything = [one for one in template["properties"] if one["binding"]["type"] == "zeebe:input"]
    assert (kind["type"], kind["constraints"]) == ("Dropdown", {"notEmpty": True})
    assert (text["feel"], text["optional"]) == ("optional", True)
    assert many["feel"] == anything["feel"] == "required"
    assert template["name"] == "t"
