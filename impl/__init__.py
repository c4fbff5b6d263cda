"""The implementation of the contract, written by hand."""
