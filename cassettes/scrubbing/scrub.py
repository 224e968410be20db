"""Removing secrets from an interaction before it is kept.

Sees the whole exchange: what turns out to be a secret anywhere in it is replaced everywhere in it, and in every later
one of the recording. If anything goes wrong nothing is returned, so nothing is kept.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote_plus

from msgspec.structs import replace

from cloudtape.cassettes.content import is_vouched_for, size_of
from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.files.bodies import forget
from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response
from cloudtape.cassettes.scrubbing.aside import Aside
from cloudtape.cassettes.scrubbing.coded import uncoded
from cloudtape.cassettes.scrubbing.disguised import APART, without_disguises
from cloudtape.cassettes.scrubbing.fields import FIELDS, OWN_FORM
from cloudtape.cassettes.scrubbing.hidden import hidden_names
from cloudtape.cassettes.scrubbing.judged_fields import JudgedFields
from cloudtape.cassettes.scrubbing.members import replaced
from cloudtape.cassettes.scrubbing.payloads import asks_for_secret, decides_on_body, rule_for
from cloudtape.cassettes.scrubbing.placeholders import TEXT, is_placeholder
from cloudtape.cassettes.scrubbing.quick_look import QuickLook, Seen
from cloudtape.cassettes.scrubbing.remains import may_mention, says
from cloudtape.cassettes.scrubbing.secrets import Rule, Table
from cloudtape.cassettes.scrubbing.vault import Vault
from cloudtape.cassettes.scrubbing.walk import Walker
from cloudtape.cassettes.scrubbing.whole_bodies import Bodies

Message = TypeVar("Message", Request, Response)

WALKED = 16 * 1024
"""Bytes that are walked through while others wait."""
MOST_NAMES = 1_000
PASSES = 4
"""Each pass may find secrets that the one before had passed over; three would do for any real exchange."""


class Scrubber:
    """One for each recording: a secret gets the same placeholder wherever it occurs in it.

    `folder`: where scrubbed copies of large bodies are written (temporary files, whoever keeps them moves them).
    """

    def __init__(self, table: Table | None = None, folder: Path | None = None, vault: Vault | None = None) -> None:
        self._table = table or Table()
        self._folder = folder
        self._vault = vault or Vault()
        self._hidden = len(self._table.hidden)
        self._places: set[str] = set()
        self._walker = Walker(self._table, self._replace, self._vault.without, undisguised=self._vault.undisguised)
        self._look = QuickLook(self._table, self._vault.mentioned)
        self._bodies = Bodies(self._walker, self._look, self._vault, self._note_hidden, folder)
        self._fields = JudgedFields()
        self._free_names: set[str] = set()
        # Of an exchange what has not been looked at before: known secrets may stand there in other spellings.
        self._fresh: list[bytes] = []

    def scrub(self, interaction: Interaction) -> Interaction:
        """The interaction as it may be kept: content coding removed, secrets replaced, `scrubbed` filled in.

        Raises ScrubError, whose text holds nothing of the interaction.
        """
        scrubbed = self._scrubbed(interaction)
        assert scrubbed is not None
        return scrubbed

    def _scrubbed(self, interaction: Interaction, most: int | None = None) -> Interaction | None:
        try:
            return self._scrub(interaction, most)
        except ScrubError:
            raise
        except Exception as error:
            raise ScrubError(f"{type(error).__name__} while looking for them") from None

    def at_once(self, interaction: Interaction) -> Interaction | None:
        """The same where it takes no time that others mind; None where it must be done elsewhere."""
        return self._scrubbed(interaction, WALKED)

    def on_thread(self, interaction: Interaction) -> Interaction:
        """The same on another thread, while this one goes on with others; secrets are shared."""
        return Scrubber(self._table, self._folder, self._vault.shared()).scrub(interaction)

    def in_processes(self, rules: tuple[Rule, ...]) -> Aside:
        """The same in other processes. `rules` are those that the table was made of."""
        assert self._folder is not None
        return Aside(rules, self._table, self._vault, self._folder)

    def _scrub(self, interaction: Interaction, most: int | None) -> Interaction | None:
        """None where more than so many bytes would have to be walked through."""
        request, response = interaction.request, interaction.response
        self._note_hidden(request.body)
        self._note_hidden(response.body)
        if "idden" in request.uri:
            self._note_hidden(request.uri.encode("utf-8", "surrogateescape"))
        self._reconsider()
        tail: bytes | None = b""
        found = self._at_a_glance(request, response)
        if found is None:
            (request, _), (response, tail) = self._uncoded(request), self._uncoded(response)
            if request is not interaction.request or response is not interaction.response:
                self._note_hidden(request.body)
                self._note_hidden(response.body)
                found = self._at_a_glance(request, response)
        if found is None and most is not None and size_of(request.body) + size_of(response.body) > most:
            return None
        asked, answered = found or self._thoroughly(request, response)
        if found is None or self._vault.is_disguising or self._vault.are_disguised_in(b"\0".join(self._fresh)):
            asked, answered = without_disguises(self._vault, asked, answered, self._places)
        if (
            response is not interaction.response
            and answered.body == response.body
            and (self._is_clean_tail(tail) or is_vouched_for(interaction.response))
        ):
            answered = replace(interaction.response, headers=self._headers(interaction.response.headers, "response"))
            forget(response.body)
        return self._kept(interaction, asked, answered)

    def _uncoded(self, message: Message) -> tuple[Message, bytes | None]:
        return uncoded(message, self._folder, self._bodies.data)

    def _is_clean_tail(self, tail: bytes | None) -> bool:
        """Whether something stood behind the end of what was coded, and it holds no secret."""
        return tail is not None and tail != b"" and self._bodies.data(tail, True, "response.body") == tail

    def _kept(self, interaction: Interaction, asked: Request, answered: Response) -> Interaction:
        return Interaction(
            asked,
            answered,
            interaction.ordinal,
            interaction.recorded_at,
            interaction.elapsed,
            interaction.operation,
            tuple(sorted(self._places)),
            interaction.routes,
            interaction.lost,
        )

    def _at_a_glance(self, request: Request, response: Response) -> tuple[Request, Response] | None:
        """The messages where all that is secret in them are header fields and plain members of JSON; else None."""
        self._places = set()
        self._look.take_fresh()
        self._fresh = []
        if asks_for_secret(request.uri):
            return None
        documents: list[bytes] = []
        for body in (request.body, response.body):
            if body:
                if not isinstance(body, bytes) or body[0] not in b"{[":
                    return None
                documents.append(body)
        uri = unquote_plus(request.uri) if "%" in request.uri else request.uri
        unknown: list[tuple[str, str]] = []
        asked = self._asked(request.headers, unknown)
        if asked is None or (answered := self._met(response.headers, "response", unknown)) is None:
            return None
        seen = self._look.over([uri, *[value for _, value in unknown]], documents)
        if seen is None:
            return None
        self._fields.add_innocent(unknown)
        said_anew = [request.uri, response.reason or "", *chain.from_iterable(unknown)]
        self._fresh += [APART.join(said_anew).encode("utf-8", "surrogateescape"), *self._look.take_fresh()]
        said, answer = request.body, response.body
        if any(seen):
            said = self._without_members(said, seen[0], "request.body") if said else said
            answer = self._without_members(answer, seen[-1], "response.body") if answer else answer
        if asked is not request.headers or said is not request.body:
            request = Request(request.method, request.uri, asked, said, request.route, request.session)
        if answered is not response.headers or answer is not response.body:
            response = Response(response.status, response.reason, answered, answer)
        return None if self._vault.news and says((request, response), self._vault.news) else (request, response)

    def _without_members(self, body: Body, seen: Seen | None, place: str) -> Body:
        return replaced(seen.cut, seen.members, self._walker, place) if seen else body

    def _asked(self, headers: Headers, unknown: list[tuple[str, str]]) -> Headers | None:
        """The fields of a request, which a client that polls sends again and again, as `_met` says."""
        if whole := self._fields.whole(headers):
            self._places.update(f"request.headers.{name}" for name in whole[1])
            return whole[0]
        asked = self._met(headers, "request", unknown)
        if asked is not None and not unknown:
            names = {name for (name, value), (_, other) in zip(headers, asked, strict=True) if value != other}
            self._fields.add_whole(headers, asked, frozenset(names))
        return asked

    def _met(self, headers: Headers, side: str, unknown: list[tuple[str, str]]) -> Headers | None:
        """The fields without their secrets; those whose value nobody has judged yet go to `unknown`."""
        clean, instead = self._fields.clean, {}
        for pair in [pair for pair in headers if pair not in clean]:
            if decides_on_body(pair):
                return None
            known = self._fields.without.get(pair)
            if known is None:
                if pair[0] in self._free_names or self._is_free(pair[0]):
                    unknown.append(pair)
                    continue
                known = self._field(pair)
                self._fresh.append(APART.join(known).encode("utf-8", "surrogateescape"))
            if known[1] != pair[1]:
                self._places.add(f"{side}.headers.{pair[0]}")
                instead[pair] = known
        return tuple([instead.get(pair, pair) for pair in headers]) if instead else headers

    def _is_free(self, name: str) -> bool:
        """Whether any value may stand under a field's name."""
        if name.lower() in OWN_FORM or not self._table.innocent(name):
            return False
        if len(self._free_names) < MOST_NAMES:
            self._free_names.add(name)
        return True

    def _thoroughly(self, request: Request, response: Response) -> tuple[Request, Response]:
        self._places = set()
        for _ in range(PASSES):
            generation = self._vault.generation
            self._reconsider()
            clean = self._request(request), self._response(response, request.uri)
            self._vault.refresh()
            if self._vault.generation == generation or not may_mention(clean, self._vault.news):
                break
        return clean

    def _reconsider(self) -> None:
        """What was innocent may mention a secret that became known since."""
        self._forget_if_more_is_hidden()
        if news := self._vault.take_news():
            self._look.learn(news)
            self._fields.forget_mentioning(news)

    def _note_hidden(self, body: Body) -> None:
        if body and isinstance(body, bytes) and (b"hidden" in body or b"NoEcho" in body):
            names = hidden_names(body.decode("utf-8", "replace"))
            if names - self._table.hidden:
                self._table.hidden |= names
        self._forget_if_more_is_hidden()

    def _forget_if_more_is_hidden(self) -> None:
        if self._hidden != (hidden := len(self._table.hidden)):
            self._hidden = hidden
            self._look.forget()
            self._walker.forget()
            self._free_names.clear()
            self._fields.clear()

    def _replace(self, rule: Rule, secret: str, place: str) -> str:
        if not self._vault.knows(secret) and (is_placeholder(secret) or TEXT.search(secret)):
            return secret
        self._places.add(place)
        return self._vault.stand_in(rule, secret)

    # --- messages ----------------------------------------------------------------------------------------------------

    def _request(self, request: Request) -> Request:
        uri = self._walker.uri(request.uri, "request.uri")
        headers = self._headers(request.headers, "request")
        body = self._bodies.body(request, "request.body", rule_for(request.uri, request))
        return Request(request.method, uri, headers, body, request.route, request.session)

    def _response(self, response: Response, uri: str) -> Response:
        headers = self._headers(response.headers, "response")
        body = self._bodies.body(response, "response.body", rule_for(uri, response))
        return Response(response.status, response.reason, headers, body)

    def _headers(self, headers: Headers, side: str) -> Headers:
        clean = []
        for pair in headers:
            known = self._fields.without.get(pair) or self._field(pair)
            if known[1] != pair[1]:
                self._places.add(f"{side}.headers.{pair[0]}")
            clean.append(known)
        return tuple(clean)

    def _field(self, pair: tuple[str, str]) -> tuple[str, str]:
        """The field itself where it holds no secret."""
        name, value = pair
        places, self._places = self._places, set()
        replaced = self._field_value(name, value, name)
        if replaced != value:
            replaced = replaced.replace("\n", "\\n")  # a field is one line, a key's stand-in is not
        self._places = places
        clean = pair if replaced == value else (name, replaced)
        self._fields.add(pair, clean)
        return clean

    def _field_value(self, name: str, value: str, place: str) -> str:
        for names, scrub in FIELDS:
            if name.lower() in names:
                return scrub(self._walker, value, place)
        if not value or (self._table.innocent(name) and self._look.is_innocent(value)):
            return self._vault.without(value)
        return self._walker.value(name, value, "", place, 0)
