"""Facts of OpenStack that everything else stands on: operations, service types, the shapes of errors."""

__all__: list[str] = []
