"""APIs as other teams write them, with leaks to switch on: the victims of scripts/fuzz."""
