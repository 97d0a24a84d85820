"""The page on which whoever writes a program reads how: the description of all addresses, drawn
here, since what libraries draw needs styles and scripts of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, json, render_template
from flask.typing import ResponseReturnValue

from kash.api import blueprint
from kash.api.rules.limits import MOST_IN_WINDOW
from kash.api.rules.paging import LARGEST_PAGE
from kash.api.scopes import SCOPES
from kash.api.specification import specification
from kash.policy import allow


@dataclass(frozen=True)
class DescribedPart:
    """A parameter, or a part of what is sent or told: `name` with its place, as `items[].id`."""

    name: str
    kind: str
    text: str
    required: bool


@dataclass(frozen=True)
class DescribedAddress:
    """An address and a method, and what is sent and told."""

    key: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: tuple[DescribedPart, ...]
    sent: tuple[DescribedPart, ...]
    told: tuple[DescribedPart, ...]


@blueprint.get("/reference")
@allow("api.see")
def reference() -> ResponseReturnValue:
    """All addresses for programs, with what each is sent and tells."""
    found = specification()
    return render_template(
        "api/reference.html",
        operations=list(_operations(found)),
        server=found["servers"][0]["url"],
        scopes=SCOPES,
        most=MOST_IN_WINDOW,
        largest=LARGEST_PAGE,
    )


@blueprint.get("/reference/openapi.json")
@allow("api.see")
def openapi_file() -> ResponseReturnValue:
    """The same as a file in OpenAPI 3.1."""
    answer = Response(json.dumps(specification(), indent=2), mimetype="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=openapi.json"
    return answer


def _operations(found: Mapping[str, Any]) -> Iterator[DescribedAddress]:
    schemas = found["components"]["schemas"]
    for path, methods in sorted(found["paths"].items()):
        for method, one in methods.items():
            told = one["responses"]["200"]["content"]["application/json"]["schema"]
            sent = one.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield DescribedAddress(
                key=one["operationId"],
                method=method.upper(),
                path=path,
                summary=one.get("summary", ""),
                text=one.get("description", ""),
                scope=one["x-scope"],
                parameters=tuple(map(_parameter, one.get("parameters", ()))),
                sent=tuple(_parts(sent.get("schema", {}), schemas)),
                told=tuple(_parts(told, schemas)),
            )


def _parameter(one: Mapping[str, Any]) -> DescribedPart:
    schema = one["schema"]
    text = one.get("description") or schema.get("description", "")
    return DescribedPart(one["name"], _kind(schema, {}), text, one.get("required", False))


def _parts(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], before: str = ""
) -> Iterator[DescribedPart]:
    """The parts of a form, those of forms within it among them."""
    whole = _resolved(schema, schemas)
    required = whole.get("required", ())
    for name, given in whole.get("properties", {}).items():
        inner = _resolved(given, schemas)
        text = given.get("description") or inner.get("description", "")
        here = f"{before}{name}"
        if inner.get("type") == "array":
            yield DescribedPart(f"{here}[]", _kind(inner["items"], schemas), text, name in required)
            yield from _parts(inner["items"], schemas, f"{here}[].")
        else:
            yield DescribedPart(here, _kind(given, schemas), text, name in required)
            yield from _parts(inner, schemas, f"{here}.")


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """A form itself, where it is named or may be null."""
    for one in (schema, *schema.get("anyOf", ())):
        if "$ref" in one:
            found: Mapping[str, Any] = schemas[one["$ref"].rsplit("/", 1)[1]]
            return found
    return schema


def _kind(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """Kind of a value, in few words."""
    if "anyOf" in schema:
        return ", ".join(_kind(one, schemas) for one in schema["anyOf"])
    whole = _resolved(schema, schemas)
    if "enum" in whole:
        return ", ".join(str(one) or '""' for one in whole["enum"])
    return str(whole.get("format") or whole.get("type") or "object")
