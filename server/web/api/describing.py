"""Says in the API's description what each shape is, in the words of its own docstring."""

import inspect
import re
from typing import TYPE_CHECKING, Final

from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import Struct

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator

_OURS: Final = ("server.", "wire.")
_MARK: Final = re.compile(r"``|:[a-z]+:`~?")


class DocstringPlugin(OpenAPISchemaPlugin):
    """Lets Litestar's own plugins make a schema, and describes it."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Say whether this is a shape of ours."""
        if field_definition.is_union:
            return False
        is_shape = field_definition.is_dataclass_type or field_definition.is_subclass_of(Struct)
        return is_shape and field_definition.type_.__module__.startswith(_OURS)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: "SchemaCreator") -> Schema:
        """Make the schema."""
        maker = next(
            plugin
            for plugin in schema_creator.plugins
            if plugin is not self and schema_creator.plugin_supports_field(plugin, field_definition)
        )
        schema = maker.to_openapi_schema(field_definition, schema_creator)
        # Docstrings mark code up for readers of the source, descriptions do so in Markdown.
        schema.description = _MARK.sub("`", inspect.getdoc(field_definition.type_) or "")
        return schema
