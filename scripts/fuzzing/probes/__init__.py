"""The kinds of probes: what the attacker asks, and with what it is compared."""
