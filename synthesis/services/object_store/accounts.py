"""Accounts: their metadata, and the list of their containers (swift/proxy/controllers/account.py)."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.services.object_store import metadata
from cloudtape.synthesis.services.object_store.access import OWNERS_HEADERS
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, page, said
from cloudtape.synthesis.services.object_store.asks import Ask
from cloudtape.synthesis.services.object_store.listings import Subdir, listed, page_of, written
from cloudtape.synthesis.services.object_store.model import POLICY, Account
from cloudtape.synthesis.services.object_store.ranges import is_number
from cloudtape.synthesis.services.object_store.times import iso, stamp


async def show(ask: Ask, is_owner: bool) -> Answer:
    if too_long := name_problem(ask):
        return too_long
    account = ask.state.accounts.get(ask.target.account)
    if account is None:
        return not_yet(ask)
    if account.is_deleted:
        return of_deleted(410)
    asked = page_of(ask)
    rows = [row(account, one) for one in listed(account.names, asked)] if ask.method == "GET" else []
    answer = written(rows, ask, described(account))
    if not is_owner:
        answer.headers = {name: value for name, value in answer.headers.items() if name not in OWNERS_HEADERS}
    return answer


def not_yet(ask: Ask) -> Answer:
    """An account that nobody has written to is there all the same, and empty."""
    page_of(ask)
    empty = Account(ask.state.clock())
    headers = {name: value for name, value in described(empty).items() if name != "Accept-Ranges"}
    answer = written([], ask, headers | {"X-Put-Timestamp": stamp(empty.created)})
    answer.status = 200 if ask.method == "HEAD" else answer.status
    return answer


def of_deleted(status: int, text: str = "") -> Answer:
    return Answer(status, {"Content-Type": PAGE_TYPE, "X-Account-Status": "Deleted"}, text.encode())


def described(account: Account) -> dict[str, str]:
    counts = {
        "Container-Count": account.container_count,
        "Object-Count": account.object_count,
        "Bytes-Used": account.bytes_used,
    }
    totals = {f"X-Account-{name}": str(value) for name, value in counts.items()}
    by_policy = {f"X-Account-Storage-Policy-{POLICY}-{name}": str(value) for name, value in counts.items()}
    headers = totals | {"X-Timestamp": stamp(account.created)} | (by_policy if account.containers else {})
    domain = {"X-Account-Project-Domain-Id": account.domain} if account.domain else {}
    return headers | account.headers | account.quotas | domain | {"Accept-Ranges": "bytes"}


def row(account: Account, found: str | Subdir) -> dict[str, Any]:
    if isinstance(found, Subdir):
        return {"subdir": found.name}
    container = account.containers[found]
    return {
        "name": found,
        "count": len(container.objects),
        "bytes": container.all_bytes,
        "last_modified": iso(container.changed),
        "storage_policy": POLICY,
    }


async def update(ask: Ask, _: bool) -> Answer:
    if wrong := name_problem(ask) or metadata.problem(ask.headers, "account") or quota_problem(ask):
        return wrong
    account = ask.state.accounts.get(ask.target.account)
    if account and account.is_deleted:
        return of_deleted(404)
    account = account or made(ask)
    return changed(ask, account) or page(204)


async def create(ask: Ask, _: bool) -> Answer:
    if wrong := metadata.problem(ask.headers, "account") or name_problem(ask) or quota_problem(ask):
        return wrong
    account = ask.state.accounts.get(ask.target.account)
    if account and account.is_deleted:
        return of_deleted(403, "Recently deleted")
    status = 202 if account else 201
    account = account or made(ask)
    return changed(ask, account) or page(status)


async def delete(ask: Ask, _: bool) -> Answer:
    if ask.params:
        return page(400)  # a request meant for another layer, with a slip of the pen in it
    account = ask.state.account(ask.target.account)
    if account is None:
        return page(404)
    account.is_deleted = True
    account.containers.clear()
    account.names.clear()
    return page(204, {"X-Account-Status": "Deleted"})


def made(ask: Ask) -> Account:
    """The account, which comes to be when it is first needed."""
    name, state = ask.target.account, ask.state
    if name not in state.accounts:
        state.accounts[name] = Account(state.now(), ask.authority.domain_of(name))
    return state.accounts[name]


def changed(ask: Ask, account: Account) -> Answer | None:
    """Keep what a request sets; or say why not."""
    headers = metadata.merged(account.headers, metadata.changes(ask.headers, "account"))
    if wrong := metadata.stored_problem(headers, "account"):
        return wrong
    account.headers = headers
    account.quotas = metadata.merged(account.quotas, quotas_of(ask))
    return None


def name_problem(ask: Ask) -> Answer | None:
    length, limit = len(ask.target.account), metadata.NAME_LIMITS["account"]
    return said(400, f"Account name length of {length} longer than {limit}") if length > limit else None


# --- quotas, which only resellers set (swift/common/middleware/account_quotas.py) -------------------------------------

QUOTAS = ("Quota-Bytes", "Quota-Count")


def quotas_of(ask: Ask) -> dict[str, str]:
    """By the header that shows them, what a request sets; an empty value removes."""
    found = {}
    for quota in QUOTAS:
        names = [f"x-account-{quota.lower()}"]
        if quota == "Quota-Bytes":
            names.append("x-account-meta-quota-bytes")
        for name in names:
            if ask.headers.get(name.replace("x-", "x-remove-", 1)):
                found[f"X-Account-{quota}"] = ""
            elif name in ask.headers:
                found[f"X-Account-{quota}"] = ask.headers[name]
    return found


def quota_problem(ask: Ask) -> Answer | None:
    asked = quotas_of(ask)
    if asked and not ask.authority.is_reseller:
        return page(403)
    return page(400) if any(value and not is_number(value) for value in asked.values()) else None


HANDLERS = {"GET": show, "HEAD": show, "PUT": create, "POST": update, "DELETE": delete}
