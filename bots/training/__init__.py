"""Training material: reading Rasa's files into typed, checked values, and writing them back."""

from bots.training.archive import read_archive, write_archive
from bots.training.dataset import Project, TrainingFault, TrainingFaults
from bots.training.rasa_write import write_files
from bots.training.rasa_yaml import read_conversations, read_files, read_folder

__all__ = [
    "Project",
    "TrainingFault",
    "TrainingFaults",
    "read_archive",
    "read_conversations",
    "read_files",
    "read_folder",
    "write_archive",
    "write_files",
]
