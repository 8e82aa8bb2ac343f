"""How POST /letters is described in the API's description (OpenAPI): its body may be of several types."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat

_BYTES = Schema(
    type=OpenAPIType.STRING,
    format=OpenAPIFormat.BINARY,
    description="A letter, an interchange of letters, or a European document.",
)
_FILES = Schema(
    type=OpenAPIType.OBJECT,
    properties={"letter": Schema(type=OpenAPIType.ARRAY, items=_BYTES, min_items=1)},
    required=["letter"],
    description="Any number of files, under this name or any other.",
)


@dataclass
class PostLetters(Operation):
    """The operation with its body."""

    def __post_init__(self) -> None:
        kinds = (
            "application/edifact",
            "application/xml",
            "text/plain",
            "application/octet-stream",
            "application/fhir+json",
            "application/json",
        )
        content = {kind: OpenAPIMediaType(schema=_BYTES) for kind in kinds}
        content["multipart/form-data"] = OpenAPIMediaType(schema=_FILES)
        self.request_body = RequestBody(content=content, required=True)
