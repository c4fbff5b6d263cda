"""Does generated code accept what its contract accepts? Nothing less, and nothing else."""
