"""A server without an implementation: any contract, answered from its examples."""
