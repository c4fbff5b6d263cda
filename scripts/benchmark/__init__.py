"""The benchmark: what a request costs here, and what it costs elsewhere."""
