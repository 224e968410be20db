"""Appending interactions to a cassette, so that a kill at any moment loses at most what is under way.

An interaction is one YAML item, those that come together are one `write`; nothing that stands in the file is ever
touched again. One recorder at a time holds a cassette, by a lock on the file itself; a new take holds the lock of the
cassette that it will replace.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from cloudtape.cassettes.cassette import is_there, load
from cloudtape.cassettes.errors import CassetteBusy, CassetteError, CassetteExists, CassetteWriteError
from cloudtape.cassettes.files.bodies import BodyFolder, Spool, is_short
from cloudtape.cassettes.files.codec import HEADER, encode
from cloudtape.cassettes.files.layout import DOCUMENT_END, TAIL, indented, layout_of
from cloudtape.cassettes.files.yaml_reader import Reading, read, read_bytes
from cloudtape.cassettes.messages import Interaction, StoredBody, Stream

TAKE_SUFFIX = ".take"
MOST_BEFORE_ITEMS = 1024 * 1024
"""Bytes of comments before the first item."""


class CassetteWriter:
    """Made by `create`, `reopen` or `take`; all raise CassetteWriteError where the disk or another recorder refuses."""

    def __init__(self, path: Path, descriptor: int, held: int, cassette: Path, made: Sequence[Path] = ()) -> None:
        self.path = path
        self._descriptor, self._held = descriptor, held
        self._cassette, self._made = cassette, made
        self._bodies = BodyFolder(cassette)
        self._bodies.clean()
        self._ordinal = self._begin = 0
        self._indent = b""
        self._digests: set[str] = set()

    @classmethod
    def create(cls, path: Path) -> CassetteWriter:
        """A new cassette; it is gone when it is closed without an interaction. Raises CassetteExists.

        What a recorder left that was killed before its first interaction is no cassette, and is gone on with.
        """
        try:
            made = _make(path)
            descriptor = _locked(path)
        except CassetteExists:
            made = [path]
            descriptor = _taken_over(path)
        return cls(path, descriptor, descriptor, path, made)

    @classmethod
    def reopen(cls, path: Path) -> CassetteWriter:
        """An existing cassette, to be added to; an interaction torn by a kill is cut off first."""
        descriptor = _locked(path)
        writer = cls(path, descriptor, descriptor, path)
        try:
            cassette = load(path)
            writer._go_on_behind(cassette.whole_bytes, bool(len(cassette)))
        except BaseException:
            writer.close()
            raise
        writer._ordinal, writer._begin = len(cassette), os.fstat(descriptor).st_size
        return writer

    @classmethod
    def take(cls, path: Path) -> CassetteWriter:
        """A new take of a cassette, in a file beside it until `commit` swaps it in."""
        made = () if is_there(path) else _make(path)  # so that there is something to lock
        held = _locked(path)
        beside = path.with_name(path.name + TAKE_SUFFIX)
        try:
            _unlink(beside)
            _make(beside)
            descriptor = _opened(beside)
        except BaseException:
            for left in made:
                _remove(left)
            os.close(held)
            raise
        return cls(beside, descriptor, held, path, made)

    def _go_on_behind(self, whole: int, has_items: bool) -> None:
        """Cut off what is torn, or ends the document; comments behind it stay."""
        layout = layout_of(_read(self.path, 0, MOST_BEFORE_ITEMS))
        is_begun = HEADER.startswith(_read(self.path, 0, len(HEADER)))
        if (layout is None and not is_begun) or (has_items and (layout is None or layout.indent is None)):
            raise CassetteWriteError(self.path, "its layout is not ours, and only that can be added to")
        tail = _read(self.path, whole)
        kept = b""
        if TAIL.match(tail):
            kept = DOCUMENT_END.sub(b"", tail)
            if TAIL.search(kept):
                raise CassetteWriteError(self.path, "keys stand behind its interactions, so none can be added")
        self._indent = layout.indent or b"" if layout else b""
        os.ftruncate(self._descriptor, whole)
        if not whole:
            kept = HEADER
        elif _read(self.path, whole - 1) != b"\n":  # by an editor, or a kill within the last two bytes
            kept = b"\n" + kept
        if kept:
            self._write(kept if kept.endswith(b"\n") else kept + b"\n")

    def spool(self) -> Spool:
        """A place for a body that is under way; it becomes a body file by a rename."""
        return self._bodies.spool()

    def append(self, interaction: Interaction) -> Interaction:
        """Keep an interaction; it is in the file when this returns, with its ordinal and its bodies in their places.

        Raises CassetteWriteError; the cassette is then as it was before.
        """
        return self.append_all([interaction])[0]

    def append_all(self, interactions: Sequence[Interaction]) -> list[Interaction]:
        """The same for several, which are kept by one write: all or none."""
        numbered = enumerate(interactions, self._ordinal + 1)
        kept = [replace(self._settled(interaction), ordinal=ordinal) for ordinal, interaction in numbered]
        self._write(indented(b"".join(map(encode, kept)), self._indent))
        self._ordinal += len(kept)
        return kept

    def close(self) -> None:
        """Let go of the cassette; one that was made for this and holds nothing is removed, with its folders."""
        if self._descriptor == -1:
            return
        self._bodies.remove_empty()
        if not (self._ordinal and self.path == self._cassette):
            for made in self._made:
                _remove(made)
        for descriptor in {self._descriptor, self._held}:
            os.close(descriptor)
        self._descriptor = -1

    def commit(self) -> None:
        """Put a take in the place of the cassette; one that holds nothing is abandoned."""
        if not self._ordinal:
            self.abandon()
            return
        try:
            self.path.replace(self._cassette)
        except OSError as error:
            self.close()
            why = f"{error.strerror}; the new take is in {self.path}"
            raise CassetteWriteError(self._cassette, why) from error
        self._made = ()
        self._bodies.keep_only(self._digests)
        self.close()

    def abandon(self) -> None:
        """Take back what was kept, with its body files: the cassette is as it was, or is not there."""
        try:
            if self.path == self._cassette:
                os.ftruncate(self._descriptor, self._begin)
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise CassetteWriteError(self.path, error.strerror or str(error)) from error
        finally:
            self._bodies.take_back()
            self._ordinal = 0
            self.close()

    def _settled(self, interaction: Interaction) -> Interaction:
        request, response = interaction.request, interaction.response
        if is_short(request.body) and is_short(response.body):
            return interaction
        assert not isinstance(request.body, Stream), "a stream is no body to keep"
        assert not isinstance(response.body, Stream), "a stream is no body to keep"
        if (body := self._settle(request.body)) is not request.body:
            request = replace(request, body=body)
        if (body := self._settle(response.body)) is not response.body:
            response = replace(response, body=body)
        if request is interaction.request and response is interaction.response:
            return interaction
        return replace(interaction, request=request, response=response)

    def _settle(self, body: bytes | StoredBody) -> bytes | StoredBody:
        settled = self._bodies.settle(body)
        if isinstance(settled, StoredBody):
            self._digests.add(settled.sha256)
        return settled

    def _write(self, item: bytes) -> None:
        _write(self.path, self._descriptor, item)


def _write(path: Path, descriptor: int, item: bytes) -> None:
    """All of it or nothing."""
    written = 0
    try:
        while written < len(item):
            written += os.write(descriptor, item[written:] if written else item)
    except OSError as error:
        os.ftruncate(descriptor, os.fstat(descriptor).st_size - written)
        raise CassetteWriteError(path, error.strerror or str(error)) from error


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except OSError as error:
        raise CassetteWriteError(path, error.strerror or str(error)) from error


def _locked(path: Path) -> int:
    """A descriptor that holds the lock of the cassette."""
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
        refused = CassetteWriteError(path, "another recorder has just replaced it")  # ours is on no path any more
    except BlockingIOError:
        refused = CassetteBusy(path)
    except OSError as error:
        refused = CassetteWriteError(path, error.strerror or str(error))
    os.close(descriptor)
    raise refused


def _make(path: Path) -> list[Path]:
    """A cassette without interactions, there at once or not at all; returns it and the folders made for it."""
    made: list[Path] = []
    try:
        made += [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, 0o644)
                file.write(HEADER)
            _link(name, path)
        finally:
            Path(name).unlink()
    except OSError as error:
        for folder in made:
            _remove(folder)
        raise CassetteWriteError(path, error.strerror or str(error)) from error
    return [path, *made]


def _taken_over(path: Path) -> int:
    """The lock of a file that is there and holds nothing, as a cassette that was just made. Raises CassetteExists."""
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "a link" if path.is_symlink() else "a device or a pipe"
        raise CassetteWriteError(path, f"it is no file but {kind}")
    descriptor = _locked(path)
    try:
        if not _holds_nothing(path):
            raise CassetteExists(path)
        os.ftruncate(descriptor, 0)
        _write(path, descriptor, HEADER)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _holds_nothing(path: Path) -> bool:
    """Whether a file is empty, or a cassette of ours without a whole interaction."""
    with suppress(CassetteError):
        data = read_bytes(path)
        ours = HEADER.startswith(data[: len(HEADER)])
        return ours and (not data or next(read(path, data, Reading([], len(data))), None) is None)
    return False


def _read(path: Path, begin: int, size: int = -1) -> bytes:
    with path.open("rb") as file:
        file.seek(begin)
        return file.read(size)


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise CassetteWriteError(path, error.strerror or str(error)) from error


def _remove(path: Path) -> None:
    """A file, or a folder in which nothing is."""
    with suppress(OSError):
        path.rmdir() if path.is_dir() else path.unlink()


def _link(name: str, path: Path) -> None:
    try:
        os.link(name, path)
    except FileExistsError as error:
        raise CassetteExists(path) from error
