"""The secrets of bots: what goes in is sealed at once, never shown again, and opened for the bot's engine only.

A secret belongs to the address that it was given for. Whoever moves a bot to another address gives it anew, so nobody
can have a secret that they may not read sent to a place of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from hub.errors import FieldFault, InvalidInput, SettingsError
from hub.model.sentences import Sentence
from hub.model.workspace import Bot
from hub.services.connectors import join_settings
from hub.services.secrets import Secrets

SECRET_SETTINGS: Mapping[str, tuple[str, ...]] = {"intent": ("action_endpoint.token",), "rasa": ("token",)}
"""Which settings of each engine are secrets; the address that they go to is `url` beside them."""
_LONGEST = 4000


class BotSecrets:
    """Seals, keeps and opens the secret settings of bots."""

    def __init__(self, secrets: Secrets) -> None:
        """Take what seals."""
        self._secrets = secrets

    def sealed(self, bot: Bot, before: Bot | None = None) -> Bot:
        """Return a bot as it is to be kept: secrets sealed and apart, those that were not sent as they were before.

        An empty secret, or null, takes it away. A secret that an older version kept in plain is sealed as well.

        Raises:
            InvalidInput: a secret is no text, or too long for one.
        """
        kept: dict[str, str] = {}
        plain = _copy(bot.settings)
        present = self.sealed(before) if before is not None else None
        for path in SECRET_SETTINGS[bot.engine]:
            place, name = _place(plain, path)
            if place is None:
                continue
            if name in place:
                value = _text(place.pop(name), path)
                if value:
                    kept[path] = self._seal(value, path, present or bot)
            elif present is None:
                kept |= {path: bot.secrets[path]} if path in bot.secrets else {}
            elif path in present.secrets and _address(present.settings, path) == place.get("url"):
                kept[path] = present.secrets[path]
        return replace(bot, settings=plain, secrets=kept)

    def opened(self, bot: Bot) -> Bot:
        """Return a bot with its secrets in their places, for its engine.

        Raises:
            SettingsError: a secret was sealed with another key.
        """
        values = {path: self._secrets.open(sealed) for path, sealed in bot.secrets.items()}
        return replace(bot, settings=join_settings(bot.settings, values), secrets={})

    def _seal(self, value: str, path: str, present: Bot) -> str:
        """Seal a value; one that is the same as before stays as it is, so that nothing changes."""
        sealed = present.secrets.get(path)
        if sealed is not None:
            # One that an older key sealed cannot be opened: setting it anew is the remedy.
            with suppress(SettingsError):
                if self._secrets.open(sealed) == value:
                    return sealed
        return self._secrets.seal(value)


def shown_settings(bot: Bot) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the settings that may be shown, and the names of the secrets that are set."""
    plain, names = _copy(bot.settings), set(bot.secrets)
    for path in {path for paths in SECRET_SETTINGS.values() for path in paths}:
        place, name = _place(plain, path)
        if place is not None and place.pop(name, None):
            names.add(path)
    return plain, tuple(sorted(names))


def _copy(settings: Mapping[str, object]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in settings.items()}


def _place(settings: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object in which a secret stands, None where it has none, and the secret's name there."""
    group, _, name = path.rpartition(".")
    place = settings.get(group) if group else settings
    return (place if isinstance(place, dict) else None), name


def _address(settings: Mapping[str, object], path: str) -> object:
    place, _ = _place(_copy(settings), path)
    return place.get("url") if place is not None else None


def _text(value: object, path: str) -> str:
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST):
        fault = FieldFault(
            field=f"settings.{path}", message=Sentence("Give a text of at most {longest} characters.", longest=_LONGEST)
        )
        raise InvalidInput("Some settings are wrong: see errors.", faults=[fault])
    return value or ""
