"""Answers that no cassette holds: a cloud whose resources live in memory, made from the reference's operations."""

__all__: list[str] = []
