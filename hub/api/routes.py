"""The route table: what every call takes, answers and allows, read from the handler's own annotations.

A route is declared once. Dispatch (`hub.api.gate`), the OpenAPI file, the documentation page and the test of the
permission matrix are all made from it, so none of them can disagree with the code.
"""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from hub.api.access import Access
from hub.api.call import Call, Upload
from hub.api.settings import MAX_JSON_BYTES

BASE = "/api/v1"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
# A handler's body, query and answer types differ from route to route; `Routes.on` reads them from its annotations.
Handler = Callable[[Call[Any, Any]], Awaitable[object]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call: method and path below `/api/v1`, types, who may make it, and the handler."""

    method: Method
    path: str
    body: type
    query: type
    answer: object
    status: int
    access: Access
    summary: str
    description: str
    tag: str
    handler: Handler
    sign_in: bool = False
    is_program: bool = False
    max_body: int = MAX_JSON_BYTES

    @property
    def name(self) -> str:
        """Return the operation's name: that of the handler."""
        return self.handler.__name__

    @property
    def takes_upload(self) -> bool:
        """Tell whether the body is a multipart form with one file."""
        return self.body is Upload


class Routes:
    """The routes of one noun."""

    def __init__(self, tag: str) -> None:
        """Begin an empty table under the noun's name."""
        self._tag = tag
        self._routes: list[Route] = []

    def on(
        self,
        method: Method,
        path: str,
        *,
        access: Access,
        status: int = 200,
        sign_in: bool = False,
        is_program: bool = False,
        max_body: int = MAX_JSON_BYTES,
    ) -> Callable[[H], H]:
        """Declare the decorated handler as a route.

        The handler takes one `Call[BODY, QUERY]` and is annotated with its answer; the first line of its docstring
        is the summary. A handler that answers None answers 204. `sign_in` puts it under the stricter rate,
        `is_program` under that of programs which ask many times a second. `max_body` is in bytes.
        """

        def declare(handler: H) -> H:
            hints = typing.get_type_hints(handler, include_extras=True)
            answer = hints.pop("return")
            (call,) = hints.values()
            body, query = typing.get_args(call)
            summary, _, description = (handler.__doc__ or "").strip().partition("\n")
            self._routes.append(
                Route(
                    method=method,
                    path=path,
                    body=body,
                    query=query,
                    answer=answer,
                    status=204 if answer is type(None) else status,
                    access=access,
                    summary=summary.rstrip("."),
                    description=" ".join(description.split()),
                    tag=self._tag,
                    handler=handler,
                    sign_in=sign_in,
                    is_program=is_program,
                    max_body=max_body,
                )
            )
            return handler

        return declare

    def __iter__(self) -> Iterator[Route]:
        """Yield the routes in the order of their declaration."""
        return iter(self._routes)
