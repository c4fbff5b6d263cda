# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Todos, generated."""
