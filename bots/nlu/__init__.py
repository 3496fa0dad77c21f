"""Understanding: what a sentence means (intent, entities, language, mood), learnt from examples in plain numpy."""

from bots.nlu.evaluation import cross_validate, evaluate
from bots.nlu.explanation import Explanation, Reason
from bots.nlu.model import Model, train
from bots.nlu.model_file import ModelFault, load_model, read_model, save_model, write_model
from bots.nlu.understanding import FALLBACK, Understanding
from hub.model.evaluation import Evaluation

__all__ = [
    "FALLBACK",
    "Evaluation",
    "Explanation",
    "Model",
    "ModelFault",
    "Reason",
    "Understanding",
    "cross_validate",
    "evaluate",
    "load_model",
    "read_model",
    "save_model",
    "train",
    "write_model",
]
