"""Commands, and the packages that do their work."""
