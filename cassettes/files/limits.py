"""How much of a stranger's cassette is read: what is larger, deeper or more is refused with one line.

All are far beyond what recordings of clouds have; docs/cassettes.md tells them to users.
"""

from __future__ import annotations

MIB = 1024 * 1024
LARGEST_CASSETTE = 1024 * MIB
LARGEST_INTERACTION = 64 * MIB
"""Bytes of an interaction in the YAML; what another tool wrote in a layout of its own counts as one."""
MOST_INTERACTIONS = 1_000_000
MOST_VALUES = 2_000_000
"""Values (keys, texts, lists, mappings) of YAML that is read at once: each needs some 700 bytes of memory."""
MOST_REPEATED = 4
"""How often its own length a cassette may say, by aliases; besides one large interaction."""
MOST_ROUTES = 1000
MOST_FIELDS = 1024
"""Header fields of a message; no more are taken from a client or a cloud either."""
LONGEST_FIELD = 256 * 1024
"""Characters of a name or a value, and of a URI."""
LONGEST_WORD = 4096
"""Characters of what is short by its nature: a method, a name of a route, an operation, a time."""
LARGEST_BODY = 1 << 50
"""Bytes of a body in a file."""
LONGEST_TIME = 10 * 365 * 86400.0
"""Seconds that an exchange took."""
