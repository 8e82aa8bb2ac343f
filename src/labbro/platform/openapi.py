"""What Litestar's description of our API leaves out or gets wrong."""

from __future__ import annotations

from typing import get_args, get_origin

from litestar._openapi.schema_generation.schema import SchemaCreator
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition


class Sequences(OpenAPISchemaPlugin):
    """Describes `tuple[X, ...]` as an array of X. Litestar takes the dots for a type that anything is."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Tuples of any length."""
        annotation = field_definition.annotation
        return get_origin(annotation) is tuple and get_args(annotation)[-1] is Ellipsis

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """An array of the first type."""
        items = schema_creator.for_field_definition(field_definition.inner_types[0])
        return Schema(type=OpenAPIType.ARRAY, items=items)
