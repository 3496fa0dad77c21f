"""The OpenAPI 3.1 document, made from the route table and the types; `python -m hub.api.schema` prints it.

Nothing is described by hand: what a handler takes and answers is what stands here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from hub import __version__
from hub.api.call import ENTRY_FORMS, Nothing
from hub.api.rest import ROUTES
from hub.api.rest.long_jobs import RESULT_FORMS
from hub.api.routes import BASE, Route
from hub.errors import FieldFault

_REF = "#/components/schemas/{name}"
Json = dict[str, Any]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error (RFC 9457). `type` is a short stable name; `errors` lists wrong fields of the request."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldFault, ...] = ()


def openapi(routes: Sequence[Route] = tuple(ROUTES)) -> Json:
    """Return the document as plain JSON values."""
    shapes = [shape for route in routes for shape in _shapes(route)]
    schemas, components = msgspec.json.schema_components(
        [*shapes, *ENTRY_FORMS, *RESULT_FORMS, Problem], schema_hook=_any_value, ref_template=_REF
    )
    by_shape = {_key(shape): schema for shape, schema in zip(shapes, schemas, strict=False)}
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(BASE + route.path, {})[route.method.lower()] = _operation(route, by_shape, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Huike",
            "version": __version__,
            "description": "The REST interface of Huike (汇客). Times are RFC 3339 in UTC, errors problem documents.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {"Problem": _problem_response()},
            "securitySchemes": {
                "agent": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "visitor": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _any_value(shape: type) -> Json:
    """Describe `object`: settings and the like, whose matter is somebody else's."""
    if shape is object:
        return {"description": "Any JSON value."}
    raise NotImplementedError


def _shapes(route: Route) -> Iterable[Any]:
    if route.body is not Nothing and not route.takes_upload:
        yield route.body
    yield route.query
    if _answers_json(route):
        yield route.answer


def _answers_json(route: Route) -> bool:
    answer = route.answer
    return answer is not type(None) and not (isinstance(answer, type) and answer.__module__.startswith("aiohttp"))


def _key(shape: Any) -> str:
    return repr(shape)


def _operation(route: Route, by_shape: dict[str, Json], components: Json) -> Json:
    operation: Json = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "description": f"{route.description} Allowed: {route.access.describe()}.".strip(),
        "parameters": [*_path_parameters(route), *_query_parameters(route, components), *_key_parameter(route)],
        "responses": {
            str(route.status): _answer(route, by_shape),
            "default": {"$ref": "#/components/responses/Problem"},
        },
        "security": _security(route),
    }
    if body := _body(route, by_shape):
        operation["requestBody"] = body
    return {name: value for name, value in operation.items() if value or name == "security"}


def _path_parameters(route: Route) -> list[Json]:
    names = re.findall(r"{(\w+)}", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(route: Route, components: Json) -> list[Json]:
    shape = components.get(route.query.__name__, {})
    required = shape.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape.get("properties", {}).items()
    ]


def _key_parameter(route: Route) -> list[Json]:
    if route.method != "POST":
        return []
    text = "The same key and body give the first answer again, for 24 hours."
    return [
        {"name": "Idempotency-Key", "in": "header", "description": text, "schema": {"type": "string", "maxLength": 255}}
    ]


def _body(route: Route, by_shape: dict[str, Json]) -> Json | None:
    if route.takes_upload:
        form = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
        }
        return {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    if route.body is Nothing:
        return None
    has_required = any(field.required for field in msgspec.structs.fields(route.body))
    return {"required": has_required, "content": {"application/json": {"schema": by_shape[_key(route.body)]}}}


def _answer(route: Route, by_shape: dict[str, Json]) -> Json:
    if route.answer is type(None):
        return {"description": "Done."}
    if not _answers_json(route):
        return {"description": "The bytes.", "content": {"*/*": {"schema": {"contentMediaType": "*/*"}}}}
    return {"description": "Done.", "content": {"application/json": {"schema": by_shape[_key(route.answer)]}}}


def _security(route: Route) -> list[Json]:
    if route.access.public:
        return []
    schemes = [*(["agent"] if route.access.roles else []), *(["visitor"] if route.access.visitor else [])]
    return [{scheme: []} for scheme in schemes]


def _problem_response() -> Json:
    schema = {"$ref": _REF.format(name="Problem")}
    return {"description": "What went wrong.", "content": {"application/problem+json": {"schema": schema}}}


def main() -> None:
    """Print the document, in a form that changes only where the interface changes."""
    text = msgspec.json.format(msgspec.json.encode(openapi()), indent=2)
    sys.stdout.write(text.decode() + "\n")


if __name__ == "__main__":
    main()
