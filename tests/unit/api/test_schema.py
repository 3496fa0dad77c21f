"""The OpenAPI document: whole, consistent in itself, and in step with the routes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from hub.api.docs_page import example_of, render
from hub.api.rest import ROUTES
from hub.api.routes import BASE
from hub.api.schema import openapi

DOCUMENT = openapi()


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def test_every_route_is_described_once() -> None:
    described = {(method.upper(), path) for path, calls in DOCUMENT["paths"].items() for method in calls}
    assert described == {(route.method, BASE + route.path) for route in ROUTES}
    names = [call["operationId"] for calls in DOCUMENT["paths"].values() for call in calls.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    for ref in _refs(DOCUMENT):
        place: Any = DOCUMENT
        for part in ref.removeprefix("#/").split("/"):
            place = place[part]


def test_every_call_is_whole() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    for path, calls in DOCUMENT["paths"].items():
        for method, call in calls.items():
            where = f"{method} {path}"
            assert call["summary"], where
            in_path = {one["name"] for one in call.get("parameters", ()) if one["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path)), where
            assert set(call["responses"]) - {"default"}, where
            assert "security" in call, where
            if method == "post":
                assert "Idempotency-Key" in {one["name"] for one in call["parameters"]}, where
    schemas = DOCUMENT["components"]["schemas"]
    for path, calls in DOCUMENT["paths"].items():
        for call in calls.values():
            for content in call.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
                if name:
                    assert schemas[name].get("additionalProperties") is False, f"{path}: {name} takes unknown fields"


def test_secrets_stand_in_no_answer() -> None:
    answered = json.dumps([call["responses"] for calls in DOCUMENT["paths"].values() for call in calls.values()])
    for name in ("AgentView", "ChannelView", "Listing_AgentView_"):
        assert name in answered
        assert "password" not in json.dumps(DOCUMENT["components"]["schemas"][name])
    assert "password_hash" not in json.dumps(DOCUMENT)


def test_examples_are_made_for_every_type() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name, schema in schemas.items():
        assert isinstance(example_of(schema, schemas), dict), name


def test_text_on_the_page_is_escaped() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    document["info"]["title"] = "<script>alert(1)</script>"
    assert "<script>" not in render(document)


def test_the_command_prints_the_document() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "hub.api.schema"], capture_output=True, check=True, timeout=60
    ).stdout
    assert json.loads(printed) == json.loads(json.dumps(DOCUMENT))
