"""A table and its mapping -> sales facts, and their sums on a regular grid; small files whole, large ones in pieces."""
