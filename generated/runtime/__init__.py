# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""What every generated operation stands on; it knows no contract and no implementation."""
