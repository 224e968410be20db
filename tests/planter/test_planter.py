"""The judge is judged first; then a sample of the matrix is run. PLANTER_SEED chooses another sample and other values."""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import quopri
import tarfile
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from random import Random
from urllib.parse import quote

import msgspec
import pytest
import yaml

from tests.planter import kinds, positions
from tests.planter.matrix import cells, plant, sample
from tests.planter.runs import run
from tests.planter.search import Search
from tests.planter.values import MAKERS, SECRETS
from tests.planter.verdict import Verdict, judge

SEED = os.environ.get("PLANTER_SEED", "1")
VALUE = 'Zq7+Le/ft?Over=42"x<é'
TEXT = f"user: admin, password: {VALUE}, and on"


def zipped(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return file.getvalue()


def tarred(text: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(text.encode())
        archive.addfile(info, io.BytesIO(text.encode()))
    return file.getvalue()


CODINGS = {
    "plain": TEXT.encode(),
    "json": json.dumps({"a": TEXT}).encode(),
    "json in json": json.dumps({"a": json.dumps({"b": json.dumps(TEXT)})}).encode(),
    "escaped": "".join(f"\\u{ord(char):04x}" for char in TEXT).encode(),
    "percent": quote(TEXT, safe="").encode(),
    "percent of every byte": "".join(f"%{byte:02x}" for byte in TEXT.encode()).encode(),
    "percent twice": quote(quote(TEXT, safe=""), safe="").encode(),
    **{f"base64 at {n}": b"data: " + base64.b64encode(b"x" * n + TEXT.encode()) for n in range(3)},
    **{
        f"base64 amid words at {n}": b"/datum" + base64.b64encode(b"x" * n + TEXT.encode()) + b"/more" for n in range(3)
    },
    "base64 for URLs": base64.urlsafe_b64encode(TEXT.encode()).rstrip(b"="),
    "base64 in lines": base64.encodebytes(TEXT.encode() * 4),
    "base64 in lines in json": json.dumps(base64.encodebytes(TEXT.encode() * 4).decode()).encode(),
    "hex": TEXT.encode().hex().encode(),
    "gzip": gzip.compress(TEXT.encode()),
    "gzip behind a head": b"head" + gzip.compress(TEXT.encode()),
    "gzip in base64": base64.b64encode(gzip.compress(TEXT.encode())),
    "gzip twice": gzip.compress(gzip.compress(TEXT.encode())),
    "deflate": zlib.compress(TEXT.encode()),
    "bzip2": bz2.compress(TEXT.encode()),
    "xz": lzma.compress(TEXT.encode()),
    "zip": zipped(TEXT),
    "tar": tarred(TEXT),
    "msgpack": msgspec.msgpack.encode({"a": [TEXT]}),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 big-endian": TEXT.encode("utf-16-be"),
    "quoted-printable": quopri.encodestring(TEXT.encode()),
    "markup": TEXT.replace("<", "&lt;").replace('"', "&#34;").encode(),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_the_search_finds_a_value_in_each_coding(tmp_path: Path, coding: str) -> None:
    (tmp_path / "bodies").mkdir()
    (tmp_path / "bodies" / "1807e5").write_bytes(CODINGS[coding])
    assert set(Search({"it": VALUE, "other": "NotThere4711"}).folder(tmp_path)) == {"it"}


@pytest.mark.parametrize("coding", CODINGS)
def test_the_search_finds_a_value_in_a_cassettes_strings(tmp_path: Path, coding: str) -> None:
    body: str | bytes = CODINGS[coding]
    body = body.decode() if isinstance(body, bytes) and body.isascii() else body
    (tmp_path / "tape.yaml").write_text(
        yaml.safe_dump({"interactions": [{"response": {"body": {"string": body}}}]}, width=40)
    )
    assert set(Search({"it": VALUE, "other": "NotThere4711"}).folder(tmp_path)) == {"it"}


def test_a_key_of_several_lines_is_known_by_its_own_part(tmp_path: Path) -> None:
    one, other = (SECRETS["openssh-key"](Random(n)) for n in "ab")
    (tmp_path / "log").write_text(json.dumps({"key": one}))
    assert set(Search({"one": one, "other": other}).folder(tmp_path)) == {"one"}


def test_the_matrix_is_as_wide_as_it_says() -> None:
    all_cells = cells()
    assert len({one.kind.name for one in all_cells}) == len(kinds.load()) >= 260
    assert len({one.position.name for one in all_cells}) == len(positions.load()) >= 100
    assert len({one.name for one in all_cells}) == len(all_cells) >= 4000
    assert min(Counter(one.kind.name for one in all_cells).values()) >= 8


def test_each_value_is_its_own_and_is_in_what_is_sent() -> None:
    chosen = sample(cells(), 2000, SEED)
    values = [plant(cell, twin, SEED).value for cell in chosen for twin in (False, True)]
    assert len(set(values)) == len(values)
    assert min(map(len, values)) >= 8


@pytest.mark.parametrize("maker", MAKERS)
def test_a_value_depends_on_the_dice_alone(maker: str) -> None:
    assert MAKERS[maker](Random("a")) == MAKERS[maker](Random("a")) != MAKERS[maker](Random("b"))


def test_a_sample_has_each_kind_before_any_has_many() -> None:
    chosen = sample(cells(), 2000, SEED)
    assert {one.kind.name for one in chosen} == {one.name for one in kinds.load()}
    assert {one.position.name for one in chosen} == {one.name for one in positions.load()}
    assert chosen == sample(cells(), 2000, SEED) != sample(cells(), 2000, SEED + "x")


def test_without_scrubbing_everything_survives(tmp_path: Path) -> None:
    chosen = sample(cells(), 40, SEED)
    for twins in (False, True):
        verdict = judge(tmp_path / str(twins), chosen, twins, SEED)
        assert verdict.blind == []
        assert verdict.refused == []


# Shares of what is planted; none may rise.
SAMPLE = 200
AT_MOST = {"survivors": 0, "missed": 0, "destroyed": 0, "false": 0}


def test_a_sample_of_the_matrix(tmp_path: Path) -> None:
    total = Verdict()
    for done in run(sample(cells(), SAMPLE, SEED), tmp_path, SEED, jobs=2, size=SAMPLE):
        total.add(done)
    assert total.blind == []
    for name, share in AT_MOST.items():
        faults = getattr(total, name)
        assert len(faults) <= share * SAMPLE, [one.line() for one in faults[:20]]
