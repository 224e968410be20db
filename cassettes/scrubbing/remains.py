"""Whether scrubbed messages may still mention a secret: one that became known only on the way."""

from __future__ import annotations

import re

from cloudtape.cassettes.messages import Request, Response
from cloudtape.cassettes.scrubbing.base64_runs import may_hide
from cloudtape.cassettes.scrubbing.mentions import telling_run
from cloudtape.cassettes.scrubbing.spelled import as_bytes

LONG_RUN = re.compile(rb"[A-Za-z0-9+/_-]{20,}={0,2}")


def may_mention(messages: tuple[Request, Response], secrets: list[str]) -> bool:
    """Whether what was scrubbed may still mention a secret that became known on the way, in base64 even."""
    if says(messages, secrets):
        return True
    # Base64 hides words: a body that may hold some is walked again.
    plain = [one.body for one in messages if isinstance(one.body, bytes)]
    return any(may_hide(run.decode()) for body in plain for run in LONG_RUN.findall(body))


def says(messages: tuple[Request, Response], secrets: list[str]) -> bool:
    asked, answered = messages
    texts = "\n".join([asked.uri, *[value for message in messages for _, value in message.headers]])
    if any(secret in texts for secret in secrets):
        return True
    bodies = [body for body in (asked.body, answered.body) if body]
    words = [as_bytes(telling_run(secret) or secret) for secret in secrets]
    return any(not isinstance(body, bytes) or any(word in body for word in words) for body in bodies)
