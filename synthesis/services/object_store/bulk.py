"""Many deletes in one request: `?bulk-delete`, a name on each line (swift/common/middleware/bulk.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from cloudtape.cassettes.blob_store import chunks_of
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, REASONS, Answer, Refusal, page, refuse
from cloudtape.synthesis.services.object_store.asks import Ask, Inner, is_text
from cloudtape.synthesis.services.object_store.negotiation import best_match
from cloudtape.synthesis.services.object_store.reports import TYPES, report

MAX_DELETES = 10000
MAX_FAILED = 1000
MAX_LINE = 2 * (1024 + 256 + 2)


@dataclass(frozen=True, slots=True)
class Doomed:
    """`/container/object` or `/container`, and why it is not even tried."""

    name: str
    error: Answer | None = None


Names = AsyncIterator[Doomed]


@dataclass(slots=True)
class Tally:
    """What came of it so far."""

    deleted: int = 0
    missing: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    failed_status: int = 400

    def count(self, name: str, answer: Answer) -> None:
        if answer.is_success:
            self.deleted += 1
        elif answer.status == 404:
            self.missing += 1
        else:
            if answer.status >= 500:
                self.failed_status = 502
            self.failed.append((quote(name, errors="surrogateescape"), answer.line))
        if len(self.failed) >= MAX_FAILED:
            raise refuse(400, "Max delete failures exceeded")

    def facts(self) -> dict[str, object]:
        status, body = 200, ""
        if self.failed:
            status = self.failed_status
        elif not (self.deleted or self.missing):
            status, body = 400, "Invalid bulk delete."
        return {"Response Status": line(status), "Response Body": body, **self.numbers}

    @property
    def numbers(self) -> dict[str, object]:
        return {"Number Deleted": self.deleted, "Number Not Found": self.missing}


def line(status: int) -> str:
    return "502 Bad Gateway" if status == 502 else f"{status} {REASONS[status][0]}"


async def bulk_deletes(ask: Ask, inner: Inner) -> Answer:
    if "bulk-delete" not in ask.params or ask.method not in ("POST", "DELETE"):
        return await inner(ask)
    return await delete_all(ask, inner, None)


def report_type(ask: Ask) -> str | None:
    try:
        return best_match(ask.headers.get("accept", ""), TYPES)
    except ValueError:
        return None


async def delete_all(ask: Ask, inner: Inner, names: Sequence[Doomed] | None) -> Answer:
    """Always 200: how it went stands in the report. Without names, those that the request's body holds."""
    media_type, tally = report_type(ask), Tally()
    try:
        if not media_type:
            raise refuse(406)
        if not ask.target.account:
            raise refuse(404)
        if not (ask.headers.get("content-type") or "text/plain").startswith("text/plain"):
            raise refuse(406)
        doomed = await names_in(ask) if names is None else names
        for one in sorted(doomed, key=lambda one: "/" not in one.name.strip("/")):  # containers last
            if one.name:
                await delete_one(ask, inner, one, tally)
        facts = tally.facts()
    except Refusal as refusal:
        facts = {"Response Status": refusal.answer.line, "Response Body": words(refusal.answer), **tally.numbers}
    return reported(media_type, facts, tally.failed, "delete")


async def delete_one(ask: Ask, inner: Inner, one: Doomed, tally: Tally) -> None:
    if one.error is not None:
        if one.error.status == 404:
            tally.missing += 1
        else:
            tally.failed.append((quote(one.name, errors="surrogateescape"), one.error.text))
        return
    container, _, name = one.name.lstrip("/").partition("/")
    if not is_text(one.name):
        tally.count(one.name, page(412))
    else:
        tally.count(one.name, await inner(ask.within("DELETE", ask.target.to(container, name))))


async def names_in(ask: Ask) -> list[Doomed]:
    """Raises Refusal."""
    if ask.has_no_length:
        raise refuse(411)
    body = bytearray()
    async for chunk in chunks_of(ask.body):
        body += chunk
        if len(body) > MAX_DELETES * MAX_LINE:
            raise refuse(413)
    lines = body.split(b"\n")
    if len(lines) - (lines[-1].strip() == b"") > MAX_DELETES:
        raise refuse(413, f"Maximum Bulk Deletes: {MAX_DELETES} per request")
    if any(len(one) > MAX_LINE for one in lines):
        raise refuse(400, "Invalid File Name")
    return [Doomed(unquote(one.strip().decode("utf-8", "surrogateescape"), errors="surrogateescape")) for one in lines]


def words(answer: Answer) -> str:
    """A report has only the words of an answer that has words of its own."""
    return "" if answer.text.startswith("<html>") else answer.text


def reported(media_type: str | None, facts: dict[str, object], failed: list[tuple[str, str]], root: str) -> Answer:
    return Answer(200, {"Content-Type": media_type or PAGE_TYPE}, report(media_type, facts, failed, root))
