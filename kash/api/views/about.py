"""A token told of itself, and the description of all addresses."""

from __future__ import annotations

from typing import Any

from flask import Response, json

from kash.api.bearing import bearer
from kash.api.endpoints import endpoints, needs
from kash.api.rules.limits import MOST_IN_WINDOW
from kash.api.schemas.about import TokenTold
from kash.api.scopes import ITSELF, SCOPES
from kash.api.specification import specification


@endpoints.get("/token")
@needs(ITSELF)
@endpoints.output(TokenTold)
@endpoints.doc(operation_id="readToken", tags=["About"])
def about_token() -> dict[str, Any]:
    """This token: what it may be used for, and until when."""
    mine = bearer()
    return {
        "connection": mine.connection,
        "scopes": [one.key for one in SCOPES if mine.has(one)],
        "expires_at": mine.expires_at,
        "most_a_minute": MOST_IN_WINDOW,
    }


@endpoints.get("/openapi.json")
@needs(ITSELF)
@endpoints.doc(hide=True)
def openapi() -> Response:
    """This description, in OpenAPI 3.1."""
    return Response(json.dumps(specification()), mimetype="application/json")
