"""Files of other tools."""

__all__: list[str] = []
