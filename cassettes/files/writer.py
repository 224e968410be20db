"""Appending interactions to a cassette, so that a kill at any moment loses at most what is under way.

An interaction is one YAML item, those that come together are one `write`; nothing that stands in the file is ever
touched again. One recorder at a time holds a cassette, by a lock on the file itself; a new take holds the lock of the
cassette that it will replace. A file that is not at its path any more takes no more: they would go nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from cloudtape.cassettes.cassette import is_there, load
from cloudtape.cassettes.errors import CassetteError, CassetteExists, CassetteWriteError
from cloudtape.cassettes.files.bodies import ANY_MODE, BodyFolder, Spool, is_short
from cloudtape.cassettes.files.codec import HEADER, encode
from cloudtape.cassettes.files.kept_file import (
    PRIVATE,
    REPLACED,
    TAKE_SUFFIX,
    KeptFile,
    locked,
    make,
    mode_of,
    opened,
    remove,
    restricted,
    unlink,
)
from cloudtape.cassettes.files.layout import DOCUMENT_END, TAIL, indented, layout_of
from cloudtape.cassettes.files.private import spool_base, sync_folder
from cloudtape.cassettes.files.yaml_reader import Reading, read, read_bytes
from cloudtape.cassettes.messages import Interaction, StoredBody, Stream

MOST_BEFORE_ITEMS = 1024 * 1024
"""Bytes of comments before the first item."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a cassette is kept. `spool`: the folder for bodies under way (None: one for temporary files).

    `private`: it holds secrets, and nobody but this user may read it; `durable`: what was kept outlives a power cut.
    """

    spool: Path | None = None
    private: bool = False
    durable: bool = False


PLAIN = Keeping()


class CassetteWriter:
    """Made by `create`, `reopen` or `take`; all raise CassetteWriteError where the disk or another recorder refuses."""

    def __init__(
        self, file: KeptFile, held: int, cassette: Path, keeping: Keeping, mode: int, made: Sequence[Path] = ()
    ) -> None:
        self.path, self.durable = file.path, keeping.durable
        self._file, self._held = file, held
        self._cassette, self._made = cassette, made
        self._bodies = BodyFolder(cassette, keeping.spool or spool_base(), mode, keeping.durable)
        self._bodies.clean()
        self._ordinal = self._begin = 0
        self._had = 0
        self._indent = b""
        self._digests: set[str] = set()

    @classmethod
    def create(cls, path: Path, keeping: Keeping = PLAIN) -> CassetteWriter:
        """A new cassette; it is gone when it is closed without an interaction. Raises CassetteExists.

        What a recorder left that was killed before its first interaction is no cassette, and is gone on with.
        """
        mode = PRIVATE if keeping.private else ANY_MODE
        try:
            made = make(path, HEADER, mode, keeping.durable)
            descriptor = locked(path)
        except CassetteExists:
            made = [path]
            descriptor = _taken_over(path)
            mode &= restricted(path, descriptor, keeping.private)
        return cls(KeptFile(path, descriptor, keeping.durable), descriptor, path, keeping, mode, made)

    @classmethod
    def reopen(cls, path: Path, keeping: Keeping = PLAIN) -> CassetteWriter:
        """An existing cassette, to be added to; an interaction torn by a kill is cut off first."""
        descriptor = locked(path)
        mode = restricted(path, descriptor, keeping.private)
        writer = cls(KeptFile(path, descriptor, keeping.durable), descriptor, path, keeping, mode)
        try:
            cassette = load(path)
            writer._go_on_behind(cassette.whole_bytes, bool(len(cassette)))
        except BaseException:
            writer._let_go()
            raise
        writer._digests |= cassette.body_names
        writer._ordinal = writer._had = len(cassette)
        writer._begin = os.fstat(descriptor).st_size
        return writer

    @classmethod
    def take(cls, path: Path, keeping: Keeping = PLAIN) -> CassetteWriter:
        """A new take of a cassette, in a file beside it until `commit` swaps it in."""
        mode = PRIVATE if keeping.private else ANY_MODE
        made = () if is_there(path) else make(path, HEADER, mode, keeping.durable)  # so that there is something to lock
        held = locked(path)
        if not made:
            mode &= mode_of(held)
        beside = path.with_name(path.name + TAKE_SUFFIX)
        try:
            unlink(beside)
            make(beside, HEADER, mode, keeping.durable)
            file = KeptFile(beside, opened(beside), keeping.durable)
        except BaseException:
            for left in made:
                remove(left)
            os.close(held)
            raise
        return cls(file, held, path, keeping, mode, made)

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
        self._file.cut(whole)
        if not whole:
            kept = HEADER
        elif _read(self.path, whole - 1) != b"\n":  # by an editor, or a kill within the last two bytes
            kept = b"\n" + kept
        if kept:
            self._file.append(kept if kept.endswith(b"\n") else kept + b"\n")

    @property
    def body_names(self) -> frozenset[str]:
        """The names of the files in which bodies of the cassette lie."""
        return frozenset(self._digests)

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
        self._file.append(indented(b"".join(map(encode, kept)), self._indent))
        self._ordinal += len(kept)
        return kept

    def close(self) -> None:
        """Let go of the cassette; one that was made for this and holds nothing is removed, with its folders.

        Raises CassetteWriteError where what was kept is not there any more, or was not written to its end after all.
        """
        if self._file.is_closed:
            return
        self._bodies.remove_empty()
        try:
            if self._ordinal > self._had and self.path == self._cassette:
                self._file.check()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        try:
            if not (self._ordinal and self.path == self._cassette) and self._is_ours():
                for made in self._made:
                    remove(made)
            self._file.close()
        finally:
            if self._held != self._file.descriptor:
                os.close(self._held)

    def _is_ours(self) -> bool:
        """Whether what stands at the path of the cassette is what we hold, and not what was put there meanwhile."""
        with suppress(OSError):
            return os.path.samestat(os.fstat(self._held), self._cassette.stat())
        return False

    def commit(self) -> None:
        """Put a take in the place of the cassette; one that holds nothing is abandoned."""
        if not self._ordinal:
            self.abandon()
            return
        try:
            self._file.check()
            if is_there(self._cassette) and self._cassette.is_file() and not self._is_ours():
                raise CassetteWriteError(self._cassette, f"{REPLACED}; the new take is in {self.path}")
            self.path.replace(self._cassette)
            if self.durable:
                sync_folder(self._cassette.parent)
        except OSError as error:
            self._let_go()
            why = f"{error.strerror}; the new take is in {self.path}"
            raise CassetteWriteError(self._cassette, why) from error
        except CassetteWriteError:
            self._let_go()
            raise
        self._made = ()
        self._bodies.keep_only(self._digests)
        self._bodies.remove_empty()
        self._let_go()

    def abandon(self) -> None:
        """Take back what was kept, with its body files: the cassette is as it was, or is not there."""
        try:
            if self.path == self._cassette:
                self._file.cut(self._begin)
            else:
                unlink(self.path)
        finally:
            self._bodies.take_back()
            self._ordinal = self._had = 0
            self._bodies.remove_empty()
            self._let_go()

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


def _taken_over(path: Path) -> int:
    """The lock of a file that is there and holds nothing, as a cassette that was just made. Raises CassetteExists."""
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "a link" if path.is_symlink() else "a device or a pipe"
        raise CassetteWriteError(path, f"it is no file but {kind}")
    descriptor = locked(path)
    try:
        if not _holds_nothing(path):
            raise CassetteExists(path)
        file = KeptFile(path, descriptor, durable=False)
        file.cut(0)
        file.append(HEADER)
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
