"""Addresses for programs: each declares its scope, and one that declares none stops the start."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from apiflask import APIBlueprint, HTTPError
from flask import Flask, Response, current_app, request
from flask_babel import gettext as _

from kash.api.bearing import let_in, scope_of
from kash.api.errors import ApiProblem, NotJson
from kash.api.scopes import Scope
from kash.platform.web.bodies import BodyTooLarge
from kash.platform.web.guard import asked_with
from kash.platform.web.problem_documents import problem_document
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
        raise NotJson


@endpoints.errorhandler(HTTPError)
def _of_unfit_input(error: HTTPError) -> Response:
    """The document that names each part which is wrong, in the words of the check."""
    found: dict[str, Any] = error.detail if isinstance(error.detail, dict) else {}
    wrong = [
        {"where": f"{location}.{name}" if name != "_schema" else location, "detail": text}
        for location, fields in found.items()
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
    answer.headers.extend(problem.headers())
    return answer


def init_endpoints(app: Flask) -> None:
    """Tell errors of programs as such, and ask no token of forms: no cookie counts here."""
    app.register_error_handler(ApiProblem, _of_api_problem)
    app.extensions["csrf"].exempt(endpoints)
