"""Ways to write one name."""

from __future__ import annotations

import re


def words(name: str) -> list[str]:
    return [one.lower() for one in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def snake(name: str) -> str:
    return "_".join(words(name))


def upper(name: str) -> str:
    return snake(name).upper()


def kebab(name: str) -> str:
    return "-".join(words(name))


def camel(name: str) -> str:
    first, *rest = words(name)
    return first + "".join(map(str.title, rest))


def pascal(name: str) -> str:
    return "".join(map(str.title, words(name)))


def prefixed(name: str) -> str:
    return f"my_app_{snake(name)}"


def dotted(name: str) -> str:
    return "app.server." + name
