"""Manila."""
