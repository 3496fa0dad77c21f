"""Teaching: training material read, checked and changed, and trained models opened, behind the teaching port."""

from bots.teaching.material import given
from bots.teaching.teacher import Teacher

__all__ = ["Teacher", "given"]
