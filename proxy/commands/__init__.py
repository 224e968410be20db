"""The commands, with their options."""

__all__: list[str] = []
