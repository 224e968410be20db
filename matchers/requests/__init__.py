"""What a request is: its canonical and general form, its operation, what may differ in it from run to run."""

__all__: list[str] = []
