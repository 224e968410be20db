"""HTTP on both sides: the clients' connections and the cloud's."""

__all__: list[str] = []
