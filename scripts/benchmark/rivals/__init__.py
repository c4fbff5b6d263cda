"""Servers to be compared with: the same API on the same table, each written as its kind is."""
