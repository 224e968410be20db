from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, SynthesisOptions
from cloudtape.errors import ConfigError
from cloudtape.modes import MODES


def saving_to(folder: Path) -> BackgroundProxy:
    folder.mkdir()
    return BackgroundProxy(Config(MODES["synthesize"], synthesis=SynthesisOptions(None, folder / "world.yaml")))


def test_what_goes_wrong_at_the_end_is_raised(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"world\.yaml"), saving_to(tmp_path / "gone"):
        (tmp_path / "gone").rmdir()


def fail_in(folder: Path) -> None:
    folder.rmdir()
    raise KeyError


def test_an_error_of_the_block_comes_first(tmp_path: Path) -> None:
    with pytest.raises(KeyError), saving_to(tmp_path / "gone"):
        fail_in(tmp_path / "gone")
