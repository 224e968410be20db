"""How a cassette lies on disk: YAML, body files, the index beside them; reading, appending, writing anew."""

__all__: list[str] = []
