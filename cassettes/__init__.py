"""Recorded interactions: their types, their files, and what is removed before they are kept."""

__all__: list[str] = []
