"""Whether the examples miss a row, in a process that has read no table yet."""

from __future__ import annotations

import sys

from tests.mutations.tables import Row, drop


def is_missed(row: Row | None) -> bool:
    """Whether an example fails without a row."""
    if row:
        drop(row)
    try:
        from tests.cassettes.examples import faults

        return next(faults(row.place if row else ""), None) is not None
    except Exception as error:
        print(f"{row}: {type(error).__name__}: {error}", file=sys.stderr)
        return True
