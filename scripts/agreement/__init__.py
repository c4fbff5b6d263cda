"""scripts/fidelity: does generated code accept what its contract accepts, and nothing else?"""
