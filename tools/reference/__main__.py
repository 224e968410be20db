"""`python -m tools.reference [DOCUMENT]` makes the operation catalog's data anew.

DOCUMENT is the text of the *OpenStack API Complete Reference*, or that packed with xz; else it is the one beside this
module, of the OpenStack Foundation and under the Apache License, Version 2.0. The data is replaced whole, and only
where the whole document was read.
"""

from __future__ import annotations

import lzma
import sys
from pathlib import Path

from cloudtape.openstack.catalog import save_catalog
from tools.reference.errors import DocumentError
from tools.reference.parse import parse

REFERENCE = Path(__file__).parent / "data" / "openstack-api-complete-reference-2015-11-17.txt.xz"


def text_of(path: Path) -> str:
    """Raises OSError, UnicodeDecodeError, LZMAError."""
    data = path.read_bytes()
    return (lzma.decompress(data) if path.suffix == ".xz" else data).decode()


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        print(__doc__, file=sys.stderr)
        return 2
    path = Path(arguments[0]) if arguments else REFERENCE
    try:
        parsed = parse(text_of(path))
    except (OSError, UnicodeDecodeError, lzma.LZMAError, DocumentError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 2
    save_catalog(parsed.operations, parsed.examples)
    print(f"{len(parsed.operations)} operations, {len(parsed.examples)} examples", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
