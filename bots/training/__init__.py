"""Training material: reading Rasa's files into typed, checked values."""

from bots.training.dataset import Project, TrainingFault, TrainingFaults
from bots.training.rasa_yaml import read_files, read_folder

__all__ = ["Project", "TrainingFault", "TrainingFaults", "read_files", "read_folder"]
