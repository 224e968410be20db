"""Manila: what its modules call its kinds, and how it words what several of them refuse."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.errors import Refused

SERVICE = "shared-file-system"
SHARES, SNAPSHOTS, TYPES = f"{SERVICE}/shares", f"{SERVICE}/snapshots", f"{SERVICE}/types"
NETWORKS, SECURITY = f"{SERVICE}/share-networks", f"{SERVICE}/security-services"
GROUPS, QUOTAS = f"{SERVICE}/share-groups", f"{SERVICE}/os-quota-sets"
ZONES = frozenset({"nova"})
LONGEST_KEY, LONGEST_VALUE = 255, 1023


def bad_input(why: str) -> Refused:
    """`exception.InvalidInput`, which writes no second full stop."""
    return Refused(400, f"Invalid input received: {why.removesuffix('.')}.")


def check_metadata(values: Any) -> None:
    """Raises Refused for keys and values that are blank or too long (`api/common.py`, `check_metadata_properties`)."""
    for name, value in values.items() if isinstance(values, dict) else ():
        for word, text, longest in (("key", name, LONGEST_KEY), ("value", value, LONGEST_VALUE)):
            if not text:
                raise Refused(400, f"Metadata property {word} is blank.")
            if len(str(text)) > longest:
                raise Refused(400, f"Metadata property {word} is greater than {longest} characters.")
