"""Facts of OpenStack that everything else stands on: operations, templates, the shapes of errors."""

__all__: list[str] = []
