"""The readable documentation of the REST interface: one page, made from the OpenAPI document, without a script."""

from __future__ import annotations

import html
from typing import Any

import msgspec

Json = dict[str, Any]
_MAX_DEPTH = 4
_STYLE = """
:root { color-scheme: light dark; --line: #8883; --soft: #8881; --accent: #0b7a75; }
@media (prefers-color-scheme: dark) { :root { --accent: #4fd1c5; } }
body { font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif;
max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; padding: .25rem .75rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9em; }
pre { background: var(--soft); padding: .75rem; border-radius: 6px; overflow-x: auto; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; color: var(--accent); }
.who { color: GrayText; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .25rem .5rem; vertical-align: top;
border-bottom: 1px solid var(--line); }
nav a { margin-right: .75rem; } a { color: var(--accent); }
"""
_INTRODUCTION = """
<p>Base address <code>/api/v1</code>, JSON in UTF-8. Sign in with <code>POST /auth/login</code> and send
<code>Authorization: Bearer TOKEN</code>. Lists take <code>limit</code> and <code>cursor</code>. Errors are problem
documents (RFC 9457). Any POST takes an <code>Idempotency-Key</code>.
The machine-readable form of this page is <a href="/api/openapi.json">openapi.json</a>.</p>
<pre>curl -s HUB/api/v1/auth/login -H 'Content-Type: application/json' \\
     -d '{"email": "agent@example.cn", "password": "..."}'</pre>
"""


def render(document: Json) -> str:
    """Return the page of an OpenAPI document."""
    schemas: Json = document["components"]["schemas"]
    tags = [tag["name"] for tag in document["tags"]]
    index = "".join(f'<a href="#{_text(tag)}">{_text(tag)}</a>' for tag in [*tags, "types"])
    calls = "".join(_noun(tag, document["paths"], schemas) for tag in tags)
    types = "".join(_type(name, schema) for name, schema in sorted(schemas.items()))
    title = f"{_text(document['info']['title'])} API {_text(document['info']['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{_INTRODUCTION}<nav>{index}</nav>{calls}"
        f'<h2 id="types">types</h2>{types}</main></body></html>'
    )


def _noun(tag: str, paths: Json, schemas: Json) -> str:
    calls = [
        _call(method, path, operation, schemas)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if tag in operation["tags"]
    ]
    return f'<h2 id="{_text(tag)}">{_text(tag)}</h2>{"".join(calls)}'


def _call(method: str, path: str, operation: Json, schemas: Json) -> str:
    rows = [
        f"<tr><td><code>{_text(one['name'])}</code><td>{_text(one['in'])}<td><code>{_brief(one['schema'])}</code>"
        for one in operation.get("parameters", ())
    ]
    table = f"<table><tr><th>parameter<th>in<th>type{''.join(rows)}</table>" if rows else ""
    body = operation.get("requestBody", {}).get("content", {})
    asked = "".join(_matter("Body", media, content["schema"], schemas) for media, content in body.items())
    answers = "".join(
        f"<p>Answers <code>{_text(status)}</code></p>"
        + "".join(
            _matter("Answer", media, content["schema"], schemas)
            for media, content in response.get("content", {}).items()
        )
        for status, response in operation["responses"].items()
        if status != "default"
    )
    return (
        f'<details id="{_text(operation["operationId"])}"><summary><span class="method">{method.upper()}</span>'
        f"<code>{_text(path)}</code> {_text(operation['summary'])}</summary>"
        f'<p class="who">{_text(operation.get("description", ""))}</p>{table}{asked}{answers}</details>'
    )


def _matter(label: str, media: str, schema: Json, schemas: Json) -> str:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    link = f' <a href="#type-{_text(name)}">{_text(name)}</a>' if name else ""
    if "json" not in media:
        return f"<p>{label}: <code>{_text(media)}</code></p>"
    example = msgspec.json.format(msgspec.json.encode(example_of(schema, schemas)), indent=2).decode()
    return f"<p>{label}:{link}</p><pre>{_text(example)}</pre>"


def _type(name: str, schema: Json) -> str:
    required = set(schema.get("required", ()))
    rows = [
        f"<tr><td><code>{_text(field)}</code>{'' if field in required else ' (optional)'}<td><code>{_brief(one)}</code>"
        for field, one in schema.get("properties", {}).items()
    ]
    text = _text(schema.get("description", ""))
    return (
        f'<details id="type-{_text(name)}"><summary><code>{_text(name)}</code></summary><p>{text}</p>'
        f"<table><tr><th>field<th>type{''.join(rows)}</table></details>"
    )


def _brief(schema: Json) -> str:
    """Return a type in a few words, linked where it is one of ours."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f'<a href="#type-{_text(name)}">{_text(name)}</a>'
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_brief(option) for option in options)
    if "enum" in schema:
        return " | ".join(_text(str(value)) for value in schema["enum"])
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return ", ".join(_brief(one) for one in schema["prefixItems"])
        return f"list of {_brief(schema.get('items', {}))}"
    return _text(str(schema.get("type", "anything")))


def example_of(schema: Json, schemas: Json, depth: int = 0) -> object:
    """Return a value that fits a schema, for showing."""
    if "$ref" in schema:
        if depth > _MAX_DEPTH:
            return {}
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, depth + 1)
    if "default" in schema:
        return schema["default"]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return example_of(options[0], schemas, depth)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        fields: Json = schema.get("properties", {})
        return {name: example_of(one, schemas, depth + 1) for name, one in fields.items()}
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas, depth + 1)] if schema.get("items") else []
    return {"string": "text", "integer": schema.get("minimum", 1), "number": 1.0, "boolean": True}.get(
        schema.get("type", "")
    )


def _text(value: object) -> str:
    return html.escape(str(value))
