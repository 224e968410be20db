"""Which recorded interaction answers a request: canonical requests, replay order, differences in words."""

__all__: list[str] = []
