"""Reads the lives of resources: the rows of `data/lifecycles.yaml`."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec
import yaml

from cloudtape.synthesis.engine.services import DATA
from cloudtape.synthesis.worlds.lifecycle import Life


def read_lives(path: Path = DATA / "lifecycles.yaml") -> dict[str, Life]:
    document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return msgspec.convert(document, dict[str, Life])


@functools.cache
def default_lives() -> dict[str, Life]:
    return read_lives()
