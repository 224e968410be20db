"""What a proxy is asked to do: one frozen value, checked when it is made, handed to every part."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from cloudtape.errors import ConfigError
from cloudtape.modes import MODES, Mode
from cloudtape.reach import network_named

Layout = Literal["prefix", "ports"]
Match = Literal["exact", "bound", "unified", "adapted"]
Polling = Literal["distinct", "as-recorded", "collapse"]
OnError = Literal["continue", "stop"]

MOST_SESSIONS = 2048
"""Sessions with a name that have a past or a world of their own at once."""
HOST_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")
LONGEST_TIMEOUT = 24 * 3600
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How upstream's certificate is checked and which one is shown to it. Paths are PEM files."""

    cacert: Path | None = None
    insecure: bool = False
    cert: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Raises ConfigError for a file that is missing or holds no PEM, and for a key without a certificate."""
        if self.key and not self.cert:
            raise ConfigError(f"{self.key}: a key alone does nothing; it goes with a client certificate")
        try:
            context = ssl.create_default_context(cafile=self.cacert)
            if self.cert:
                context.load_cert_chain(self.cert, self.key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(path) for path in (self.cacert, self.cert, self.key) if path)
            raise ConfigError(f"{files}: not usable as a certificate or key: {error}") from error
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, and between two pieces of an answer."""

    connect: float = 10.0
    read: float = 300.0

    def __post_init__(self) -> None:
        for what, seconds in (("connect", self.connect), ("read", self.read)):
            if not 0 < seconds <= LONGEST_TIMEOUT:
                raise ConfigError(f"the {what} timeout is above 0 and at most {LONGEST_TIMEOUT} seconds, not {seconds}")


@dataclass(frozen=True, slots=True)
class SynthesisOptions:
    """`world` is a file (None: the small world that comes along), `save` where it goes at the end.

    `lifecycle`: `immediate`, `polls:N` or `seconds:S`.
    """

    world: Path | None = None
    save: Path | None = None
    seed: int = 0
    lifecycle: str = "immediate"


@dataclass(frozen=True, slots=True)
class Report:
    """A file that is given a line of JSON for each request.

    `test`: the id of the test that asks; then the lines go behind what other tests have written.
    """

    path: Path
    test: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """`upstream` is the cloud's auth URL. With `port` 0 the system chooses a free one.

    `allow_upstream`: hosts and networks that a service catalog may lead to although they are near (`reach`).
    `durable`: what was kept outlives a power cut; `on_error`: what a recording does that could not keep something;
    `spool`: the folder for bodies under way (None: one for temporary files).
    `proxy`: the forward proxy on the way to the cloud; None for what the environment says, empty for none.
    `allow_hosts`: names under which clients may ask besides those of this machine.

    `all_or_nothing`: what a run has recorded is taken back unless it ends well, as it is in the mode `refresh` anyway.

    Raises ConfigError when the parts do not fit each other.
    """

    mode: Mode
    cassettes: tuple[Path, ...] = ()
    upstream: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    layout: Layout = "prefix"
    tls: Tls = field(default_factory=Tls)
    timeouts: Timeouts = field(default_factory=Timeouts)
    proxy: str | None = None
    allow_hosts: tuple[str, ...] = ()
    scrub: bool = True
    scrub_rules: Path | None = None
    record_errors: bool = False
    durable: bool = False
    on_error: OnError = "continue"
    spool: Path | None = None
    all_or_nothing: bool = False
    report: Report | None = None
    match: Match = "unified"
    polling: Polling = "distinct"
    match_rules: Path | None = None
    synthesis: SynthesisOptions = field(default_factory=SynthesisOptions)
    allow_upstream: tuple[str, ...] = ()
    most_sessions: int = MOST_SESSIONS

    def __post_init__(self) -> None:
        if self.mode.needs_upstream:
            _check_auth_url(self.upstream)
        for one in self.allow_upstream:
            network_named(one)
        if self.mode.cassette and not self.cassettes:
            without = "" if self.mode.writes else ", or --mode synthesize, which makes a cloud up without one"
            raise ConfigError(f"{self.mode.name} needs a cassette (--cassette FILE{without})")
        if self.mode.synthesizes and self.mode.needs_upstream:
            raise ConfigError(f"{self.mode.name} asks the cloud itself; a made-up one goes with replay")
        if self.mode.synthesizes and self.mode.replays and self.synthesis.world:
            raise ConfigError("the made-up cloud starts from the cassette; it takes no world file besides")
        if self.most_sessions < 1:
            raise ConfigError(f"there must be room for a session at least, not for {self.most_sessions}")
        if self.scrub_rules and not self.scrub:
            raise ConfigError("rules for what is a secret do nothing where nothing is scrubbed")
        if self.mode.writes and len(self.cassettes) > 1:
            raise ConfigError(f"{self.mode.name} writes one cassette, not {len(self.cassettes)}")


def _check_auth_url(url: str) -> None:
    """Raises ConfigError for what is no cloud's address, or says more than that."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s?#]", url):
        raise ConfigError(f"{url!r} is not a cloud's auth URL (http://controller:5000/v3, or https://…)")
    if "@" in parts.netloc:
        host = parts.netloc.rpartition("@")[2]
        raise ConfigError(f"the auth URL of {host} takes no user and no password: OS_USERNAME and OS_PASSWORD do")


def match_named(name: str) -> Match:
    for match in get_args(Match):
        if match == name:
            found: Match = match
            return found
    raise ConfigError(f"no rung is called {name!r}; there are {', '.join(get_args(Match))}")


def mode_named(name: str) -> Mode:
    try:
        return MODES[name]
    except KeyError:
        raise ConfigError(f"no mode is called {name!r}; there are {', '.join(MODES)}") from None


def listen_address(text: str) -> tuple[str, int]:
    """`127.0.0.1:8780`, `[::1]:8780`, `:8780` or a port alone. Raises ConfigError."""
    match = re.fullmatch(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*):)?(?P<port>\d{1,5})", text)
    if not match or int(match["port"]) > 65535:
        raise ConfigError(f"{text!r} is not an address to listen on (127.0.0.1:8780, [::1]:8780 or a port)")
    return (match["host"] or "127.0.0.1").strip("[]"), int(match["port"])


def allowed_hosts(names: Iterable[str]) -> tuple[str, ...]:
    """Names of `--allow-host`, `*.example.org` with all below, and addresses. Raises ConfigError for what is none."""
    plain = tuple(name.strip("[]") for name in names)
    for name in plain:
        if not (HOST_NAME.fullmatch(name) or _is_address(name)):
            raise ConfigError(f"--allow-host: {name!r} is no host name; it takes no port (tape.example.org)")
    return plain


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
