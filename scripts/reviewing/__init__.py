"""The review of a project: code, contract and migrations, read and never run."""
