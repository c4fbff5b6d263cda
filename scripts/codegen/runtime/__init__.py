"""What every generated operation stands on; it knows no contract and no implementation."""
