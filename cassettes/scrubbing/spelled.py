"""Texts with half characters as bytes: they come of bytes that are no UTF-8, of JSON's `\\ud800`, of cut UTF-16."""

from __future__ import annotations


def as_bytes(text: str) -> bytes:
    """In UTF-8, with the bytes that halves stand for; else as the halves themselves."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
