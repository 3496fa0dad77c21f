"""Logs: one structured line for each finished thing, with ids and without personal data.

structlog writes to standard error, as text for people or as JSON for machines. Lines of libraries come through the
same door, from WARNING on. Fields that could hold personal data or secrets are masked, whoever logs them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor

_MASKED = frozenset(
    {
        "address",
        "authorization",
        "body",
        "content",
        "cookie",
        "customer_name",
        "email",
        "password",
        "phone",
        "secret",
        "text",
        "token",
    }
)
_MASKED_ENDINGS = ("_address", "_email", "_hash", "_key", "_password", "_phone", "_secret", "_text", "_token")
_DEEPEST = 3
Form = Literal["text", "json"]


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask the fields that may not stand in a log, also within fields that are mappings."""
    for name, value in event.items():
        event[name] = _masked(name, value, 0)
    return event


def _masked(name: str, value: Any, depth: int) -> Any:
    lower = name.lower()
    if lower in _MASKED or lower.endswith(_MASKED_ENDINGS):
        return "***"
    if isinstance(value, Mapping):
        if depth == _DEEPEST:
            return "***"
        return {str(inner): _masked(str(inner), one, depth + 1) for inner, one in value.items()}
    return value


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
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared], processors=[_drop_meta, *end]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _drop_meta(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, method, event)
