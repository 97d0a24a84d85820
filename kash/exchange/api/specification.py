"""Addresses for programs: each declares its scope, and one that declares none stops the start. The
description of all addresses for programs, in OpenAPI 3.1: made from the addresses themselves and
their forms, with what holds for all of them added."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any, TypeVar

from apiflask import APIBlueprint, APIFlask, HTTPError
from flask import Flask, Response, current_app, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.exchange.api.models import ITSELF, SCOPES, Scope
from kash.exchange.api.queries import ApiProblem
from kash.exchange.api.schemas import ProblemTold
from kash.exchange.api.services import let_in, scope_of
from kash.platform.web.bodies import BodyTooLarge
from kash.platform.web.errors import MIMETYPE, problem_document
from kash.platform.web.guard import asked_with
from kash.platform.web.public_address import public_address
from kash.policy import UndeclaredPermission, allow

# Two hundred marks are less.
LARGEST_BODY = 256 * 1024
View = TypeVar("View", bound=Callable[..., Any])


class ScopedBlueprint(APIBlueprint):
    """A blueprint that takes no view without a scope."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Add an address. Raises UndeclaredPermission if its view declares no scope."""
        if scope_of(view_func) is None:
            raise UndeclaredPermission(f"{rule} declares no scope")
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)


endpoints = ScopedBlueprint("api_v1", __name__, url_prefix="/api/v1")


def needs(scope: Scope) -> Callable[[View], View]:
    """Declare the scope of a view, and with it the permission that the account must have. What it
    reads bears a tag, by which the same is not sent again."""

    def declare(view: View) -> View:
        @wraps(view)
        def answered(**values: Any) -> Response:
            if request.method == "POST":
                _check_body()
            answer = current_app.make_response(view(**values))
            answer.vary.update(("Authorization", "Accept-Language"))
            if request.method in ("GET", "HEAD"):
                answer.add_etag()
                answer.make_conditional(request)
            return answer

        answered.kash_scope = scope  # type: ignore[attr-defined]
        return asked_with(let_in)(allow(scope.permission)(answered))  # type: ignore[return-value]

    return declare


def _check_body() -> None:
    request.max_content_length = LARGEST_BODY
    if (request.content_length or 0) > LARGEST_BODY:
        raise BodyTooLarge
    if request.mimetype != "application/json":
        sentence = _l("Send JSON, and say so in Content-Type.")
        raise ApiProblem(sentence, status=415, code="not-json")


@endpoints.errorhandler(HTTPError)
def _of_unfit_input(error: HTTPError) -> Response:
    """The document that names each part which is wrong, in the words of the check."""
    values: dict[str, Any] = error.detail if isinstance(error.detail, dict) else {}
    wrong = [
        {"where": f"{location}.{name}" if name != "_schema" else location, "detail": text}
        for location, fields in values.items()
        for name, texts in fields.items()
        for text in texts
    ]
    return problem_document(
        error.status_code,
        _("Something in this is not as it should be."),
        code="invalid",
        errors=wrong[:50],
    )


@endpoints.errorhandler(RecursionError)
def _of_nesting(_error: RecursionError) -> Response:
    """JSON so deep that nothing of ours is meant."""
    return problem_document(400)


def _of_api_problem(problem: ApiProblem) -> Response:
    answer = problem_document(problem.status, str(problem), code=problem.code)
    answer.headers.extend(problem.headers)
    return answer


def init_endpoints(app: Flask) -> None:
    """Tell errors of programs as such, and ask no token of forms: no cookie counts here."""
    app.register_error_handler(ApiProblem, _of_api_problem)
    app.extensions["csrf"].exempt(endpoints)


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
_ONLY_WITH_BODY = {"409": "Somebody else changed this first", "413": "Too large", "415": "Not JSON"}
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
    extension: dict[str, Any] | None = current_app.extensions.get(_EXTENSION)
    if extension is None:
        # The person who reads it first has a language; the person who writes a client reads
        # English.
        with force_locale("en"):
            extension = current_app.extensions[_EXTENSION] = _made()
    return extension | {"servers": [{"url": public_address()}]}


def _made() -> dict[str, Any]:
    app: Any = current_app
    values: dict[str, Any] = deepcopy(app.spec)
    values["info"]["description"] = _LEAD
    parts = values.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = ProblemTold.model_json_schema()
    parts["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "Scopes: "
            + "; ".join(f"{scope.key}: {scope.title}" for scope in SCOPES),
        }
    }
    scopes = _scopes_by_operation()
    for path, operations in values["paths"].items():
        for method in _METHODS:
            if method in operations:
                _complete(operations[method], scopes[method, path])
    return values


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
    places = {}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{endpoints.name}."):
            scope = scope_of(current_app.view_functions[rule.endpoint])
            path = rule.rule.replace("<", "{").replace(">", "}")
            for method in _METHODS:
                if method.upper() in (rule.methods or ()) and scope is not None:
                    places[method, path] = scope.key
    return places
