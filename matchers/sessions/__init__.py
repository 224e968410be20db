"""What one client run plays: bindings, likeness, past, changes of place, and the ladder that chooses an answer."""

__all__: list[str] = []
