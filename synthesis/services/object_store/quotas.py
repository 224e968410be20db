"""Quotas that containers and accounts set for what is uploaded into them.

Sources: swift/common/middleware/container_quotas.py, account_quotas.py.
"""

from __future__ import annotations

from cloudtape.synthesis.services.object_store.answers import Answer, said
from cloudtape.synthesis.services.object_store.asks import Access, Ask, Inner
from cloudtape.synthesis.services.object_store.core import denied
from cloudtape.synthesis.services.object_store.model import Account, Container
from cloudtape.synthesis.services.object_store.ranges import is_number


async def quotas(ask: Ask, inner: Inner) -> Answer:
    container, account = ask.container, ask.state.account(ask.target.account)
    if ask.method != "PUT" or ask.target.level != "object" or container is None or account is None:
        return await inner(ask)
    size = ask.length or 0
    if not (exceeds(container, size) or (not ask.authority.is_reseller and exceeds_account(account, size))):
        return await inner(ask)
    if ask.authority.decide(ask, container.headers.get("X-Container-Write", "")) is Access.NONE:
        return denied(ask)
    return said(413, "Upload exceeds quota.")


def exceeds(container: Container, size: int) -> bool:
    limit = container.headers.get("X-Container-Meta-Quota-Bytes", "")
    count = container.headers.get("X-Container-Meta-Quota-Count", "")
    too_much = is_number(limit) and container.bytes_used + size > int(limit)
    return too_much or (is_number(count) and len(container.objects) + 1 > int(count))


def exceeds_account(account: Account, size: int) -> bool:
    limit, count = account.quotas.get("X-Account-Quota-Bytes"), account.quotas.get("X-Account-Quota-Count")
    too_much = limit is not None and account.bytes_used + size > int(limit)
    return too_much or (count is not None and account.object_count + 1 > int(count))
