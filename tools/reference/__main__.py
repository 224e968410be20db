"""`python -m tools.reference DOCUMENT` makes the operation catalog's data anew.

DOCUMENT is the text of the *OpenStack API Complete Reference*. The data is replaced whole, and only where the whole
document was read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cloudtape.openstack.catalog import save_catalog
from tools.reference.errors import DocumentError
from tools.reference.parse import parse


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        parsed = parse(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, DocumentError) as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 2
    save_catalog(parsed.operations, parsed.examples)
    print(f"{len(parsed.operations)} operations, {len(parsed.examples)} examples", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
