"""SIGKILL at any moment of any mode, as a command: `python -m tests.kill --kills 1000` (README.md)."""
