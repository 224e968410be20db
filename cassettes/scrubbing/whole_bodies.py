"""Bodies without their secrets: a text, bytes, and what is too large to be looked at in one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from cloudtape.cassettes.content import is_textual
from cloudtape.cassettes.files.bodies import Spool
from cloudtape.cassettes.messages import Body, Request, Response, StoredBody, header
from cloudtape.cassettes.scrubbing.quick_look import QuickLook
from cloudtape.cassettes.scrubbing.secrets import Rule
from cloudtape.cassettes.scrubbing.texts import WINDOW, begins_as_text, binary_windows, in_windows, text_of
from cloudtape.cassettes.scrubbing.vault import Vault
from cloudtape.cassettes.scrubbing.walk import Walker

WHOLE = 4 * 1024 * 1024
"""Bytes of a text that are looked at in one piece; larger ones in windows."""
HALVES = {"utf-8": "surrogateescape"}
"""How half characters of a text become bytes again, as `text_of` has read them."""


class Bodies:
    """Of one scrubber. `note` is told what may declare names of secrets; what is large is written to `folder`."""

    def __init__(
        self, walker: Walker, look: QuickLook, vault: Vault, note: Callable[[bytes], None], folder: Path | None
    ) -> None:
        self._walker, self._look, self._vault, self._note, self._folder = walker, look, vault, note, folder

    def body(self, message: Request | Response, place: str, whole: Rule | None = None) -> Body:
        """`whole`: the body as a whole is a secret."""
        body = message.body
        if not body:
            return body
        textual = is_textual(header(message.headers, "content-type"))
        if isinstance(body, bytes):
            return self._secret(whole, body, place) if whole else self.data(body, textual, place)
        assert isinstance(body, StoredBody), "a stream is scrubbed when it has been read"
        if body.size <= WHOLE or whole:
            data = body.path.read_bytes()
            clean = self._secret(whole, data, place) if whole else self.data(data, textual, place)
            return body if clean == data else self._stored([clean])
        return self._large(body, place, textual or begins_as_text(body))

    def _secret(self, rule: Rule, data: bytes, place: str) -> bytes:
        try:
            plain, encoding = data.decode(), "utf-8"
        except UnicodeDecodeError:
            plain, encoding = data.decode("latin-1"), "latin-1"
        return self._walker.secret(rule, plain, place, 0).encode(encoding, "surrogateescape")

    def data(self, data: bytes, textual: bool, place: str) -> bytes:
        found = text_of(data, textual)
        if found is None:
            clean = self._walker.data(data, place)
            return data if clean == data else clean
        text, encoding = found
        if encoding != "utf-8":
            self._note(text.encode("utf-8", "surrogatepass"))
        if self._look.clears(text) and not self._vault.are_disguised_in(data):
            return data
        after = self._walker.text(text, place)
        halves = HALVES.get(encoding, "surrogatepass")
        clean = data if after == text else after.encode(encoding, halves)
        return clean if encoding == "utf-8" else self._recoded(clean, encoding, halves)

    def _recoded(self, data: bytes, encoding: str, halves: str) -> bytes:
        """A text in UTF-16, say, without known secrets in other spellings."""
        plain = data.decode(encoding, halves).encode("utf-8", halves)
        clean = self._vault.undisguised(plain)
        return data if clean is plain else clean.decode("utf-8", halves).encode(encoding, halves)

    def _large(self, body: StoredBody, place: str, is_text: bool) -> Body:
        """A body in windows, each cut where nothing is cut in two."""
        with body.path.open("rb") as file:
            windows = iter(lambda: file.read(WINDOW), b"")
            if is_text:
                pieces = in_windows(windows, self._walker, place)
                clean = self._stored(
                    self._vault.undisguised(self._without_known(one).encode("utf-8", "surrogateescape"))
                    for one in pieces
                )
            else:
                clean = self._stored(binary_windows(windows, self._walker, place))
        if clean.sha256 == body.sha256:
            clean.path.unlink(missing_ok=True)
            return body
        return clean

    def _without_known(self, piece: str) -> str:
        self._vault.refresh()
        return self._vault.without(piece)

    def _stored(self, pieces: Iterator[bytes] | list[bytes]) -> StoredBody:
        assert self._folder is not None, "large bodies need a folder"
        spool = Spool(self._folder, limit=0)
        try:
            for piece in pieces:
                spool.write(piece)
        except BaseException:
            spool.discard()
            raise
        stored = spool.finish()
        assert isinstance(stored, StoredBody)
        return stored
