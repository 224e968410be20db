"""What a resource of a stack is that exists nowhere but in the stack: a random text, an address for signals."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.orchestration.parameters import boolean
from cloudtape.synthesis.services.orchestration.values import Works
from cloudtape.synthesis.worlds.shelves import Members

CLASSES = {
    "lettersdigits": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "lowercase": string.ascii_lowercase,
    "uppercase": string.ascii_uppercase,
    "digits": string.digits,
    "hexdigits": string.digits + "ABCDEF",
    "octdigits": string.octdigits,
}
LONGEST = 512


class Failed(Refused):
    """A resource that was to fail does."""

    def __init__(self, message: str) -> None:
        super().__init__(500, message)


def _random_string(works: Works, _: str, properties: Members) -> str:
    """Source: heat's `engine/resources/openstack/heat/random_string.py`."""
    secret, length = works.scene.world.secret, int(properties.get("length") or 32)
    if not 1 <= length <= LONGEST:
        raise Refused(400, f"{length} is out of range (min: 1, max: {LONGEST})")
    classes = properties.get("character_classes")
    if isinstance(properties.get("sequence"), str):
        classes = [{"class": properties["sequence"]}]
    sequences = [
        (CLASSES.get(str(one.get("class")), CLASSES["lettersdigits"]), int(one.get("min") or 1))
        for one in classes or ()
    ]
    more = properties.get("character_sequences") or ()
    sequences += [(str(one.get("sequence")), int(one.get("min") or 1)) for one in more]
    sequences = sequences or [(CLASSES["lettersdigits"], 1)]
    text = "".join(secret(least, letters) for letters, least in sequences)
    letters = "".join(dict.fromkeys("".join(letters for letters, _ in sequences)))
    return text + secret(max(length - len(text), 0), letters)


def _signal_address(works: Works, name: str, _: Members) -> str:
    stack = works.stack
    return f"{works.scene.call.base}/stacks/{stack.members['stack_name']}/{stack.id}/resources/{name}/signal"


def _signals(_: Works, __: str, ___: Members) -> str:
    """What was signalled. Nobody waits here: nothing runs that could signal."""
    return "{}"


def _test_failure(_: Works, __: str, properties: Members) -> str:
    if boolean(properties.get("fail", False)):
        raise Failed("Test Resource failed")
    return ""


MAKERS: dict[str, Callable[[Works, str, Members], Any]] = {
    "random_string": _random_string,
    "signal_address": _signal_address,
    "signals": _signals,
    "test_failure": _test_failure,
}
