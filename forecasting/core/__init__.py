"""The types that the whole house speaks in."""
