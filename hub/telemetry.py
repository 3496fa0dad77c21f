"""Logs: one structured line for each finished thing, with ids and without personal data.

structlog writes to standard error, as text for people or as JSON for machines. Lines of libraries come through the
same door, from WARNING on. Fields that could hold personal data or secrets are masked, whoever logs them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor

_MASKED = frozenset(
    {
        "password",
        "password_hash",
        "token",
        "refresh_token",
        "visitor_token",
        "secret",
        "authorization",
        "cookie",
        "text",
        "body",
        "content",
        "phone",
        "email",
        "address",
        "customer_name",
    }
)
Form = Literal["text", "json"]


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask the fields that may not stand in a log."""
    for name in event:
        if name in _MASKED:
            event[name] = "***"
    return event


def set_up(form: Form, level: str) -> None:
    """Send all logs of this process to standard error in the given form."""
    threshold = logging.getLevelName(level.upper())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask,
    ]
    end: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # Not the rich one: it prints local variables, and with them what customers wrote.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *end],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_drop_meta, *end])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _drop_meta(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, method, event)
