"""What Litestar's description of our API leaves out or gets wrong."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

import msgspec
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
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


class Texts(OpenAPISchemaPlugin):
    """Describes the form of `Annotated[str, Meta(...)]` inside other types, where Litestar forgets it."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Texts with a form."""
        return field_definition.annotation is str and bool(_forms(field_definition))

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """A text of that form; `enum` may stand in the extras of the form."""
        del schema_creator
        schema = Schema(type=OpenAPIType.STRING)
        for form in _forms(field_definition):
            schema.pattern = form.pattern or schema.pattern
            schema.min_length = form.min_length if form.min_length is not None else schema.min_length
            schema.max_length = form.max_length if form.max_length is not None else schema.max_length
            extra: dict[str, Any] = (form.extra_json_schema or {}).get("extra", {})
            schema.enum = extra.get("enum", schema.enum)
        return schema


class Wholes(OpenAPISchemaPlugin):
    """Describes the bounds of `Annotated[int, Meta(...)]` inside other types, where Litestar mixes them up."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whole numbers with bounds."""
        return field_definition.annotation is int and bool(_forms(field_definition))

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """A whole number within these bounds."""
        del schema_creator
        schema = Schema(type=OpenAPIType.INTEGER)
        for form in _forms(field_definition):
            schema.minimum = form.ge if form.ge is not None else schema.minimum
            schema.maximum = form.le if form.le is not None else schema.maximum
        return schema


class ClosedStructs(StructSchemaPlugin):
    """Says of structs that forbid unknown fields that they do. Litestar leaves it out."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Structs that forbid unknown fields."""
        kind = field_definition.annotation
        if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
            return False
        return kind.__struct_config__.forbid_unknown_fields

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """Litestar's own description, closed."""
        described = super().to_openapi_schema(field_definition, schema_creator)
        described.additional_properties = False
        return described


def plugins() -> list[OpenAPISchemaPlugin]:
    """All of them, for the application."""
    return [Sequences(), Texts(), Wholes(), ClosedStructs()]


def _forms(field_definition: FieldDefinition) -> list[msgspec.Meta]:
    raw = field_definition.raw
    if get_origin(raw) is not Annotated:
        return []
    return [one for one in get_args(raw)[1:] if isinstance(one, msgspec.Meta)]
