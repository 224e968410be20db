"""The address of a request, taken apart: mount, version, project, and which segments are variables.

Templates of the reference say which segments are parameters; where none fits, the segments' own looks do.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

import msgspec

from cloudtape.matchers.requests.operations import default_finder
from cloudtape.matchers.requests.things import ACCOUNT, ID, VERSION

# A segment that no template knows is taken for a parameter where it looks made: by a cloud or by a random generator.
MADE = re.compile(rf"{ID.pattern}|\d+|[0-9a-f]{{6,}}|(?=.*\d)(?=.*[-_.:]).+|(?=(.*\d){{3}}).+", re.IGNORECASE)
PROJECT_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHOWN_IN_PATH = "{}"


class Address(msgspec.Struct, frozen=True):
    mount: str
    version: str
    project: str
    segments: tuple[str, ...]
    variables: tuple[bool, ...]

    @property
    def template(self) -> str:
        """`/servers/{}/action`"""
        return "/" + "/".join(
            SHOWN_IN_PATH if variable else segment
            for segment, variable in zip(self.segments, self.variables, strict=True)
        )


@lru_cache(maxsize=4096)
def address_of(method: str, place: str) -> Address:
    """A place taken apart: where the service is mounted, version, project, and which segments are variables."""
    scheme, _, rest = place.partition("://")
    host, _, path = rest.partition("/")
    mount, version, project, segments = _split(path)
    address = f"{scheme}://{host}/{'/'.join(mount)}"
    variables = _variables(method, version, project, segments)
    return Address(address, version, project, tuple(map(unquote, segments)), variables)


def _split(path: str) -> tuple[list[str], str, str, list[str]]:
    segments = path.split("/")
    at = next((at for at, segment in enumerate(segments) if VERSION.fullmatch(segment)), None)
    if at is None or not any(segments[at + 1 :]):
        # No version, or nothing but one: then it is what is asked for.
        return [], "", "", segments
    behind = segments[at + 1 :]
    is_account = bool(ACCOUNT.match(behind[0]))
    is_project = len(behind) > 1 and bool(PROJECT_ID.fullmatch(behind[0]))
    project = behind[0] if is_account or is_project else ""
    return segments[:at], segments[at], project, behind[1:] if project else behind


def _variables(method: str, version: str, project: str, segments: list[str]) -> tuple[bool, ...]:
    if ACCOUNT.match(project):
        return tuple(map(bool, segments))
    known = default_finder().variables(method, f"{version}/{'/'.join(segments)}") if version else None
    if known is None or len(known) != len(segments):
        return tuple(bool(segment) and bool(MADE.fullmatch(unquote(segment))) for segment in segments)
    return tuple(known)
