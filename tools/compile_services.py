"""Makes `compiled.json` of each service's folder: what its YAML files say, as it is read at each start.

    python tools/compile_services.py

What does not fit is refused with file and line, and nothing is written.
"""

from __future__ import annotations

import sys

from cloudtape.openstack.catalog import default_catalog
from cloudtape.synthesis.engine.building import all_complaints, assembled
from cloudtape.synthesis.engine.folders import COMPILED, SERVICE, compiled, read_files
from cloudtape.synthesis.errors import ServiceDataError
from cloudtape.synthesis.services.cloud import HERE, default_hooks


def main() -> int:
    try:
        folders = [read_files(path.parent) for path in sorted(HERE.glob(f"*/{SERVICE}"))]
    except ServiceDataError as error:
        print(error, file=sys.stderr)
        return 1
    hooks = default_hooks()
    wrong = list(all_complaints(assembled(folders, default_catalog(), hooks), folders, hooks))
    for complaint in wrong:
        print(complaint, file=sys.stderr)
    for folder in folders if not wrong else ():
        (folder.path / COMPILED).write_bytes(compiled(folder))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
