"""The exit codes of all commands: what they mean stands in `cli`."""

from __future__ import annotations

DONE, FINDING, FAILED = 0, 1, 2
