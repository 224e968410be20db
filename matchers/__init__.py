"""Which recorded interaction answers a request: forms of requests, what may differ, the ladder, replay order."""

__all__: list[str] = []
