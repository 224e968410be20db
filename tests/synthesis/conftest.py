"""A demo cloud for the tests of this folder, and who logs in to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, SynthesisOptions
from cloudtape.modes import MODES
from tests.live.walk import PUBLIC_KEY

TEMPLATE = """\
heat_template_version: 2018-08-31
description: A pile of things
parameters:
  word: {type: string, default: zero}
resources:
  net: {type: OS::Neutron::Net}
outputs:
  answer: {description: The answer, value: 42}
"""


@pytest.fixture(scope="module")
def demo() -> Iterator[BackgroundProxy]:
    with BackgroundProxy(Config(MODES["synthesize"], synthesis=SynthesisOptions())) as proxy:
        yield proxy


def environment(demo: BackgroundProxy, user: str, password: str = "secret", project: str = "") -> dict[str, str]:
    named = {"USERNAME": user, "PASSWORD": password, "PROJECT_NAME": project or user, "AUTH_URL": demo.auth_url}
    domains = {"USER_DOMAIN_NAME": "Default", "PROJECT_DOMAIN_NAME": "Default", "IDENTITY_API_VERSION": "3"}
    given = {f"OS_{name}": value for name, value in (named | domains).items()}
    return given | {"no_proxy": "127.0.0.1", "OS_CLOUD": "", "OS_CLIENT_CONFIG_FILE": "/nonexistent"}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Files that commands name."""
    return files_in(tmp_path_factory.mktemp("files"))


def files_in(folder: Path) -> dict[str, str]:
    files = {name: folder / name for name in ("file", "copy", "key", "template")}
    files["file"].write_bytes(b"\x00\x01 bytes \xff" * 5000)
    files["key"].write_text(PUBLIC_KEY)
    files["template"].write_text(TEMPLATE)
    return {name: str(path) for name, path in files.items()}
