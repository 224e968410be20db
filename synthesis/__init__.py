"""Answers that no cassette holds. So far: the shape in which each service reports an error."""

__all__: list[str] = []
