"""The front end's types come from a file of the interface; it must be the interface that the hub serves."""

from __future__ import annotations

import msgspec

from hub.api.schema import openapi
from tests.architecture import repository


def test_the_front_ends_copy_of_the_interface_is_the_present_one() -> None:
    kept = msgspec.json.decode((repository.ROOT / "agent_ui" / "openapi.json").read_bytes())
    served = msgspec.json.decode(msgspec.json.encode(openapi()))
    assert kept == served, "renew it: python -m hub.api.schema > agent_ui/openapi.json && npm run types"
