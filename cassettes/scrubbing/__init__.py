"""What is secret, where it stands, and what is put there instead; and the proof that none is left."""

__all__: list[str] = []
