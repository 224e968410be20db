"""What is done with one exchange of strangers: it is scrubbed, kept, read again, scanned, compared, matched, printed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from cloudtape.cassettes.errors import CassetteError, ScrubError
from cloudtape.cassettes.files.codec import HEADER, encode
from cloudtape.cassettes.files.packing import pack, unpack
from cloudtape.cassettes.files.yaml_reader import Reading, read
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, StoredBody
from cloudtape.cassettes.scanning import ruleset
from cloudtape.cassettes.scanning.look import Look
from cloudtape.cassettes.scanning.scan import scan_interactions
from cloudtape.cassettes.scrubbing.masking import Mask
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.clouds import recorded
from cloudtape.matchers.requests.canonical import canonical, differences
from cloudtape.matchers.requests.content import files_in, names_in
from cloudtape.matchers.requests.form import form
from cloudtape.matchers.requests.naming import Naming
from cloudtape.rewrite import Rewriter
from tests.fuzz.engine import next_task

REWRITER = Rewriter([("http://controller:8774", "http://127.0.0.1:1/compute"), ("https://cloud/compute", "http://x/c")])
NAMING, MASK, LOOK = Naming(), Mask(), Look()
RECORDED_BY_ONE = 20
"""Exchanges of one recording; to make a scrubber takes longer than to use it."""


def prepare() -> None:
    """What is made once for a process, and takes seconds: the maintained set of rules."""
    ruleset.scanner()


def exchange(
    sent: bytes, answered: bytes, headers: Headers, uri: str = "http://controller:8774/v2.1/servers", reason: str = "OK"
) -> Interaction:
    at = "2026-01-02T03:04:05.678Z"
    return Interaction(Request("POST", uri, headers, sent, "compute"), Response(200, reason, headers, answered), 1, at)


def keep_and_look(one: Interaction) -> None:
    clean = scrubbed(one, SCRUBBERS.next())
    next_task()
    for _ in scan_interactions([one], LOOK):
        pass
    next_task()
    compare(one.request)
    next_task()
    _keep(clean)
    next_task()
    recorded([clean])
    next_task()
    for message in (one.request, one.response):
        if isinstance(message.body, bytes):
            REWRITER(message.body)


class _Scrubbers:
    """A new one now and then."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="cloudtape-fuzz-")
        self._used = 0

    def next(self) -> Scrubber:
        if self._used % RECORDED_BY_ONE == 0:
            self._scrubber = Scrubber(folder=Path(self._folder.name))
        self._used += 1
        return self._scrubber


SCRUBBERS = _Scrubbers()


def scrubbed(one: Interaction, scrubber: Scrubber) -> Interaction:
    """Raises what went wrong in it, not how that was said; what it refuses is given back as it is."""
    try:
        return scrubber.scrub(one)
    except ScrubError as error:
        if error.__context__ is not None and not isinstance(error.__context__, CassetteError):
            raise error.__context__ from None
        return one


def compare(request: Request) -> None:
    asked = canonical(request)
    assert asked.key == canonical(request).key
    form(asked, NAMING)
    other = canonical(replace(request, uri=request.uri + "x", body=b"{}"))
    for line in differences(asked, other):
        MASK.text(line)
    for _, file in files_in(request):
        file.read(1000)
    names_in(request)


def _keep(one: Interaction) -> None:
    if isinstance(one.request.body, StoredBody) or isinstance(one.response.body, StoredBody):
        return
    data = HEADER + encode(one)
    path = Path("memory.yaml")
    (again,) = read(path, data, Reading([], len(data)))
    assert (again.request, again.response) == (one.request, one.response), "it is read as another one"
    assert unpack(*pack(again), again.ordinal, path) == again
