"""POST /oauth/token: access tokens for systems (RFC 6749, RFC 7523, RFC 8705)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body
from msgspec import Meta

from labbro.members.authentication.assertions import TYPE
from labbro.members.authentication.callers import TOKEN_PATH, TokenAnswer
from labbro.members.authentication.refusals import TokenRefused
from labbro.members.members import Members
from labbro.members.web import AnyRequest, Calls

_NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}


def _only(word: str) -> Meta:
    """The one word that is taken. Only the description says so: others are refused in OAuth's own words."""
    return Meta(extra_json_schema={"extra": {"enum": [word]}})


class TokenForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a system sends. With a client certificate `client_id` takes the assertion's place."""

    grant_type: Annotated[str, _only("client_credentials")]
    client_assertion_type: Annotated[str, _only(TYPE)] | None = None
    client_assertion: str | None = None
    client_id: str | None = None
    scope: str | None = None


class TokenProblem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 6749, 5.2, with our own code and a Danish sentence."""

    error: str
    error_description: str
    error_description_da: str
    code: str


def routes(members: Members, calls: Calls) -> list[HTTPRouteHandler]:
    """The one handler."""

    @post(
        TOKEN_PATH,
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        summary="An access token for a system, for ten minutes",
        description=f"Client credentials with private_key_jwt: `client_assertion_type` is `{TYPE}`.",
        responses={
            400: ResponseSpec(TokenProblem, description="Not a token request", generate_examples=False),
            401: ResponseSpec(TokenProblem, description="The client is not recognised", generate_examples=False),
        },
        tags=["members"],
    )
    def post_token(
        request: AnyRequest, data: Annotated[TokenForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
    ) -> Response[TokenAnswer | TokenProblem]:
        """Never kept by caches, told in the words of OAuth."""
        form: dict[str, Any] = msgspec.to_builtins(data)
        told: TokenAnswer | TokenProblem
        try:
            told = members.authentication.token(form, calls.facts(request))
            status = 200
        except TokenRefused as error:
            told = TokenProblem(
                error=error.error,
                error_description=error.message,
                error_description_da=error.message_da,
                code=error.code,
            )
            status = error.status
        return Response(told, status_code=status, headers=_NOT_KEPT, media_type="application/json")

    return [post_token]
