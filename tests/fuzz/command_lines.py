"""Command lines, environments and configuration: odd words for every option, damaged `clouds.yaml` and files behind them.

The commands that look at something are run; those that serve are taken to the configuration of their proxy, and some to
the proxy itself. What a user did wrong is said in one line, with the exit code 2.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

from cloudtape.application import Application
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cli import cli
from cloudtape.clouds import client_environment, clouds_yaml, from_environment
from cloudtape.commands.configuring import config_of
from cloudtape.errors import ProxyError
from cloudtape.matchers.errors import MatcherError
from cloudtape.modes import MODES
from cloudtape.openstack.errors import OperationCatalogError
from cloudtape.synthesis.errors import SynthesisError
from tests.fuzz import exchanges
from tests.fuzz.cassettes import ROOT
from tests.fuzz.damage import damaged
from tests.fuzz.engine import in_one_line
from tests.fuzz.yaml_files import PIECES, WHOLE

prepare = exchanges.prepare
LOOKING = ("show", "scan", "match", "operations")
ERRORS = (ProxyError, CassetteError, MatcherError, OperationCatalogError, SynthesisError)
EXPECTED_EXITS = (0, 1, 2)
CLOUDS = b"""clouds:
  mine:
    auth: {auth_url: "http://127.0.0.1:1/v3", username: a, password: b, project_name: c}
    region_name: R
    verify: false
    regions: [R, {name: S, values: {x: y}}]
"""
# No word holds a NUL: none of a process can.
WORDS = [
    *("", " ", "-", "--", "-1", "0", "1", "99999", "9" * 400, "1e9", "nan", "inf", "-inf", "0x10", "\u0663", "true", "x", "x" * 3000),
    *("\udcff", "\u202e", "\x1b[31m", "a b", "a,b", "a=b", "%s", "{0}", "$HOME", "~", "*", "**", "..", ".", "/", "/dev/null", "/dev/zero"),
    *("tape.yaml", "file", "folder", "missing", "folder/missing", "pipe", "loop", "tape.yaml/", "tape.yaml:1", "https://", "http://x"),
    *("http://127.0.0.1:1/v3", "http://[::1", "http://a:99999/", "http://u:p@h/", "ftp://x", "//", "socks5://h:1", "http://h:1?x", "mine"),
    *("127.0.0.1:0", ":0", "[::1]:0", "0.0.0.0:70000", "a:b", "127.0.0.1", "10.0.0.0/8", "::/0", "*.example.org", "[", "(a+)+$", "GET"),
    *("POST http://c/v2.1/servers", "/v2.1/servers/1", "compute", "servers", "exact", "adapted", "collapse", "ports", "polls:2", "seconds:-1"),
    *("immediate", "polls:x", "polls:99999999999999999999", "1..3", "3..1", "1,2", "last", "json", "yaml", "stop", "continue", "record"),
]  # fmt: skip
VARIABLES = [
    "OS_CLOUD",
    "OS_AUTH_URL",
    "OS_PASSWORD",
    "OS_CACERT",
    "OS_CLIENT_CONFIG_FILE",
    "HTTP_PROXY",
    "NO_PROXY",
    "TMPDIR",
    "COLUMNS",
    "TERM",
]


class Typed(NamedTuple):
    command: str
    options: list[tuple[int, str]]
    arguments: list[str]
    environment: dict[str, str]
    file: bytes
    clouds: bytes


word = st.sampled_from(WORDS)
INPUTS = st.builds(
    Typed,
    st.sampled_from([*LOOKING, "demo", "run", *MODES]),
    st.lists(st.tuples(st.integers(0, 40), word), max_size=4),
    st.lists(st.sampled_from(["tape.yaml", *WORDS]), max_size=2),
    st.dictionaries(st.sampled_from(VARIABLES), word, max_size=2),
    damaged(st.sampled_from(WHOLE), PIECES, most=2),
    damaged(st.just(CLOUDS), PIECES, most=2),
)


@cache
def _commands() -> dict[str, click.Command]:
    return dict(cli.commands)


def _spelled(one: Typed) -> list[str]:
    command = _commands()[one.command]
    names = [option for option in command.params if isinstance(option, click.Option)]
    words: list[str] = []
    for number, value in one.options:
        option = names[number % len(names)]
        words.append(option.opts[0])
        words += [] if option.is_flag else [value]
    if "cassettes" in {option.name for option in names} and len(one.arguments) < 2:
        words += ["--cassette", "tape.yaml"]
    return [*words, *one.arguments]


def attempt(one: Typed, folder: Path) -> None:
    _place(one, folder)
    words = _spelled(one)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in {"XDG_CACHE_HOME": str(folder), "HOME": str(folder), **one.environment}.items():
            patch.setenv(name, value)
        if one.command in LOOKING:
            _run(words, one.command)
        else:
            _configured(words, one.command)
    settings = from_environment(one.environment)
    clouds_yaml("http://127.0.0.1:1/v3", settings)
    client_environment("http://127.0.0.1:1/v3", settings, folder)


def _place(one: Typed, folder: Path) -> None:
    shutil.copy(ROOT / "examples" / "cassettes" / "sdk.yaml", folder / "tape.yaml")
    (folder / "file").write_bytes(one.file)
    (folder / "clouds.yaml").write_bytes(one.clouds)
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")


def _run(words: list[str], command: str) -> None:
    result = CliRunner().invoke(cli, [command, *words])
    error = result.exception
    if error is None or isinstance(error, SystemExit):
        assert result.exit_code in EXPECTED_EXITS, result.exit_code
    elif isinstance(error, ERRORS):
        in_one_line(error)
    else:
        raise error


def _configured(words: list[str], name: str) -> None:
    command = _commands()[name]
    mode = MODES.get(name, MODES["synthesize"])
    try:
        with command.make_context(name, list(words)) as context:
            options: dict[str, Any] = dict(context.params)
            cassettes = options.pop("cassettes", ())
            config, _ = config_of(mode, cassettes if isinstance(cassettes, tuple) else (cassettes,), options)
            if not mode.needs_upstream and config.host in ("127.0.0.1", "::1") and config.port == 0:
                asyncio.run(_opened(config))
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        pass
    except ERRORS as error:
        in_one_line(error)


async def _opened(config: Any) -> None:
    async with Application(config):
        pass
