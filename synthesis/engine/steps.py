"""The walk of a template: some literals and then perhaps a variable, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cloudtape.matchers.requests.operations import PROJECT_VARIABLES, VERSION


class Step(msgspec.Struct, frozen=True):
    """Some literals of a template and the variable behind them (empty: the template ends before one)."""

    kind: str
    variable: str = ""


def template_segments(path: str) -> tuple[str, ...]:
    """The segments of a template without version and project."""
    segments = [segment for segment in path.split("/") if segment]
    at = next((number for number, one in enumerate(segments) if VERSION.fullmatch(one)), None)
    if at is None:
        return tuple(segments)
    rest = segments[at + 1 :]
    return tuple(rest[1:] if rest and rest[0] in PROJECT_VARIABLES else rest)


class Paths(msgspec.Struct, frozen=True):
    """What the paths of a service do not say by themselves: see `services.Service`."""

    aliases: Mapping[str, str] = {}
    behind: Mapping[str, tuple[str, ...]] = {}
    repeated: Mapping[str, str] = {}

    def is_repeated(self, variable: str, following: str) -> bool:
        """Whether what stands behind a variable names the same thing."""
        return self.repeated.get(variable, "-") == following


NOTHING = Paths()


def steps_of(service: str, segments: Sequence[str], paths: Paths) -> tuple[Step, ...]:
    """The walk of a template: `servers/{server_id}/ips` → compute/servers with a variable, compute/servers/ips."""
    before = "/".join(segments[:2])
    if before in paths.behind and len(segments) > 2 and segments[2].startswith("{"):
        segments = [segments[0], segments[2], *paths.behind[before], *segments[3:]]
    steps: list[Step] = []
    literals: list[str] = []
    fresh = False
    for at, segment in enumerate(segments):
        if not segment.startswith("{"):
            literals.append(segment)
            fresh = True
            continue
        name = segment[1:-1]
        following = segments[at + 1][1:-1] if at + 1 < len(segments) else ""
        if not paths.is_repeated(name, following):
            steps.append(Step(_kind(service, literals, paths), name))
            fresh = False
    if fresh or not steps:
        steps.append(Step(_kind(service, literals, paths)))
    return tuple(steps)


def _kind(service: str, literals: Sequence[str], paths: Paths) -> str:
    kind = "/".join(literals)
    for alias, name in paths.aliases.items():
        if kind == alias or kind.startswith(alias + "/"):
            kind = name + kind[len(alias) :]
            break
    return f"{service}/{kind}" if kind else service


def id_places(segments: Sequence[str], paths: Paths) -> tuple[int, ...]:
    variables = [(at, segment[1:-1]) for at, segment in enumerate(segments) if segment.startswith("{")]
    following = [*(segment[1:-1] for segment in segments[1:]), ""]
    return tuple(at for at, name in variables if not paths.is_repeated(name, following[at]))
