"""Bots: understanding, dialogue and training, behind the understanding port and as a library.

`bots.load("my_bot").parse("我的订单到哪了")` tells what a text means in the form of Rasa's `/model/parse`.
"""

from bots.engine import IntentEngine, load, load_demo, load_folder
from bots.training import Project, TrainingFaults, read_files, read_folder

__all__ = [
    "IntentEngine",
    "Project",
    "TrainingFaults",
    "load",
    "load_demo",
    "load_folder",
    "read_files",
    "read_folder",
]
