"""Reads what the bot uses of Rasa's config.yml: language, thresholds, and how far back stories look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bots.training.dataset import Config
from bots.training.yaml_tree import Faults, Tree
from hub.model.sentences import Sentence

CONFIG_KEYS = frozenset({"pipeline", "policies", "language", "recipe", "assistant_id", "simplify_traditional"})
ENDPOINT_KEYS = frozenset({"action_endpoint", "models", "nlg", "tracker_store", "event_broker", "lock_store"})
MAX_HISTORY = 10
"""Longest reach of stories that is kept in a conversation's memory."""


def read_config(keys: Mapping[str, Tree], known: Config, faults: Faults) -> Config:
    """Return the configuration with what one file says put over what is known."""
    config = known
    for step in _steps(keys, "pipeline", faults):
        if _name(step).endswith("FallbackClassifier"):
            config = replace(
                config,
                threshold=_share(step, "threshold", config.threshold, faults),
                ambiguity_threshold=_share(step, "ambiguity_threshold", config.ambiguity_threshold, faults),
            )
    for policy in _steps(keys, "policies", faults):
        if _name(policy).endswith("MemoizationPolicy") and "max_history" in policy:
            config = replace(config, max_history=_reach(policy["max_history"], faults))
        if _name(policy).endswith("RulePolicy") and "core_fallback_action_name" in policy:
            name = faults.word(policy["core_fallback_action_name"], "core_fallback_action_name")
            config = replace(config, fallback_action=name)
    if "language" in keys:
        config = replace(config, language=faults.word(keys["language"], "language"))
    if "simplify_traditional" in keys:
        value = keys["simplify_traditional"].plain()
        if not isinstance(value, bool):
            faults.add(keys["simplify_traditional"], "simplify_traditional must be true or false")
        config = replace(config, simplify_traditional=value is True)
    return config


def _steps(keys: Mapping[str, Tree], key: str, faults: Faults) -> list[Mapping[str, Tree]]:
    return [item.map or {} for item in faults.sequence(keys[key], key)] if key in keys else []


def _name(step: Mapping[str, Tree]) -> str:
    return (step["name"].text or "") if "name" in step else ""


def _share(keys: Mapping[str, Tree], key: str, otherwise: float, faults: Faults) -> float:
    if key not in keys:
        return otherwise
    value = keys[key].plain()
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        faults.add(keys[key], Sentence("{key} must be a number from 0 to 1", key=key))
        return otherwise
    return float(value)


def _reach(at: Tree, faults: Faults) -> int:
    value = at.plain()
    if at.is_null:
        return MAX_HISTORY
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        faults.add(at, "max_history must be a number from 1 on")
        return Config().max_history
    return min(value, MAX_HISTORY)
