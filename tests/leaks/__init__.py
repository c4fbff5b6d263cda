"""Leaks to seed: what a slip of the pen would open, each tried on a copy of the project."""

from tests.leaks import doors, reading, writing

LEAKS = (*reading.LEAKS, *writing.LEAKS, *doors.LEAKS)
