"""Leaks to seed: what a slip of the pen would open, each tried on a copy of the project."""

from tests.leaks import doors, reading, writing

CACHE = reading.CACHE
LEAKS = (*reading.LEAKS, *writing.LEAKS, *doors.LEAKS)
