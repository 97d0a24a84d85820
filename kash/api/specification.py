"""The description of all addresses for programs, in OpenAPI 3.1: made from the addresses themselves
and their forms, with what holds for all of them added."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from apiflask import APIFlask
from flask import current_app
from flask_babel import force_locale

from kash.api.bearing import scope_of
from kash.api.endpoints import endpoints
from kash.api.schemas.base import ProblemTold
from kash.api.scopes import ITSELF, SCOPES
from kash.platform.web.problem_documents import MIMETYPE
from kash.platform.web.public_address import public_address

_EXTENSION = "kash_api_specification"
_METHODS = ("get", "post")
# Every address may answer any of these.
_PROBLEMS = {
    "400": "What was sent could not be read",
    "401": "No token, or one that is not in use",
    "403": "The token was not made for this, or its connection is off",
    "404": "There is nothing here, or the token does not reach it",
    "422": "Something in what was sent is not as it should be",
    "429": "Too many requests in this minute",
    "default": "Anything else that went wrong",
}
_ONLY_WITH_BODY = {
    "409": "Somebody else changed this first",
    "413": "Too large",
    "415": "Not JSON",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": (
        "8 to 64 visible characters, new for each new request. The same request with the same key "
        "gets the same answer for a day."
    ),
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"},
}
_LEAD = (
    "Lists come in pages: follow `next` until it is null. What was read bears an `ETag`: send it "
    "as `If-None-Match`, and what has not changed is not sent again. Errors are documents as RFC "
    "9457 describes them."
)


def settings_of_description(app: APIFlask) -> None:
    """Have the library describe addresses as they are, and nothing that is not ours."""
    app.title, app.version = "API", "1"
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_SERVERS=False,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_OPERATION_DESCRIPTION=True,
    )


def specification() -> dict[str, Any]:
    """The description, made once in a process."""
    kept: dict[str, Any] | None = current_app.extensions.get(_EXTENSION)
    if kept is None:
        # Whoever reads it first has a language; whoever writes a client reads English.
        with force_locale("en"):
            kept = current_app.extensions[_EXTENSION] = _made()
    return kept | {"servers": [{"url": public_address()}]}


def _made() -> dict[str, Any]:
    app: Any = current_app
    found: dict[str, Any] = deepcopy(app.spec)
    found["info"]["description"] = _LEAD
    parts = found.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = ProblemTold.model_json_schema()
    parts["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "Scopes: " + "; ".join(f"{one.key}: {one.title}" for one in SCOPES),
        }
    }
    scopes = _scopes_by_operation()
    for path, operations in found["paths"].items():
        for method in _METHODS:
            if method in operations:
                _complete(operations[method], scopes[method, path])
    return found


def _complete(operation: dict[str, Any], scope: str) -> None:
    operation["security"] = [{"token": []}]
    operation["x-scope"] = scope or str(ITSELF.title)
    problems = _PROBLEMS | (_ONLY_WITH_BODY if "requestBody" in operation else {})
    for status, text in problems.items():
        operation["responses"][status] = {
            "description": text,
            "content": {MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
        operation["parameters"].append(_KEY)


def _scopes_by_operation() -> dict[tuple[str, str], str]:
    """The scope of each operation, by its method and path as the description has it."""
    found = {}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{endpoints.name}."):
            scope = scope_of(current_app.view_functions[rule.endpoint])
            path = rule.rule.replace("<", "{").replace(">", "}")
            for method in _METHODS:
                if method.upper() in (rule.methods or ()) and scope is not None:
                    found[method, path] = scope.key
    return found
