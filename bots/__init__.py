"""Bots: understanding, dialogue and training, behind the understanding port and as a library.

`bots.load("my_bot.model").parse("我的订单到哪了")` tells what a text means in the form of Rasa's `/model/parse`;
`bots.save_model(bots.train(bots.read_folder("my_bot")), "my_bot.model")` makes such a file.
"""

from bots.engine import IntentEngine, load, load_demo, load_folder
from bots.nlu import Evaluation, Model, ModelFault, cross_validate, evaluate, load_model, save_model, train
from bots.training import Project, TrainingFaults, read_files, read_folder

__all__ = [
    "Evaluation",
    "IntentEngine",
    "Model",
    "ModelFault",
    "Project",
    "TrainingFaults",
    "cross_validate",
    "evaluate",
    "load",
    "load_demo",
    "load_folder",
    "load_model",
    "read_files",
    "read_folder",
    "save_model",
    "train",
]
