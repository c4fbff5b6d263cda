"""What every backend needs, and nothing of the domain."""
