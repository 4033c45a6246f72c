"""Documents and what refers to them, as Camunda has it."""

from marshmallow import EXCLUDE

from web.schemas.fields import Anything, Key, Moment, Shape, Text, Variables


class Metadata(Shape):
    """What the one who hands a document in says of it. Members that mean nothing here, such as `size`, are left."""

    class Meta:
        unknown = EXCLUDE

    file_name = Text(200, allow_none=True)
    content_type = Text(200, allow_none=True)
    expires_at = Moment(allow_none=True)
    process_definition_id = Text(500, allow_none=True)
    process_instance_key = Key(allow_none=True)
    custom_properties = Variables(allow_none=True)


class Reference(Shape):
    """What stands for a document in a variable."""

    kind = Text(attribute="camunda.document.type", data_key="camunda.document.type")
    store_id = Text(attribute="storeId")
    document_id = Text(attribute="documentId")
    content_hash = Text(attribute="contentHash")
    metadata = Anything()

    def get_attribute(self, obj: object, attr: str, default: object) -> object:
        """Dots in a name of Camunda's lead nowhere."""
        return obj.get(attr, default) if isinstance(obj, dict) else super().get_attribute(obj, attr, default)
