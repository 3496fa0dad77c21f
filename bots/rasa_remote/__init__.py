"""The `rasa` engine: a real Rasa server answers, over its REST channel and its tracker API."""

from bots.rasa_remote.engine import RasaEngine, RasaSettings

__all__ = ["RasaEngine", "RasaSettings"]
