"""The operations of the OpenStack API Complete Reference, as data."""

__all__: list[str] = []
