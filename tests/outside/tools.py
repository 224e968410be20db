"""Command line tools that keep files in object storage: rclone and restic (Debian's packages)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cloudtape.background import BackgroundProxy
from tests.synthesis.conftest import environment


def _runner(cloud: BackgroundProxy, do: Callable[..., Any], **more: str) -> Callable[..., Any]:
    variables = {**os.environ, **environment(cloud, "demo"), "OS_REGION_NAME": "RegionOne", **more}

    def run(*words: str) -> str:
        done = subprocess.run(words, env=variables, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr[-300:]}")
        return done.stdout

    return lambda *words: do(run, *words)


def rclone(cloud: BackgroundProxy, do: Callable[..., Any]) -> None:
    if not shutil.which("rclone"):
        raise FileNotFoundError("rclone is not installed")
    run = _runner(cloud, do, RCLONE_CONFIG_CLOUD_TYPE="swift", RCLONE_CONFIG_CLOUD_ENV_AUTH="true")
    with tempfile.TemporaryDirectory() as folder:
        there, back = Path(folder, "there"), Path(folder, "back")
        there.joinpath("deep").mkdir(parents=True)
        there.joinpath("deep", "bits").write_bytes(bytes(range(256)) * 4000)
        there.joinpath("words").write_text("words")
        run("rclone", "mkdir", "cloud:box")
        run("rclone", "copy", str(there), "cloud:box/files")
        run("rclone", "lsl", "cloud:box")
        run("rclone", "check", str(there), "cloud:box/files")
        run("rclone", "copy", "cloud:box/files", str(back))
        run("diff", "-r", str(there), str(back))
        run("rclone", "moveto", "cloud:box/files/words", "cloud:box/other")
        run("rclone", "cat", "cloud:box/other")
        run("rclone", "copy", "--swift-chunk-size", "100k", str(there), "cloud:parts")
        run("rclone", "check", "--download", str(there), "cloud:parts")
        run("rclone", "size", "cloud:box")
        run("rclone", "about", "cloud:")
        run("rclone", "sync", str(there), "cloud:box/files")
        run("rclone", "purge", "cloud:box")
        run("rclone", "purge", "cloud:parts")


def restic(cloud: BackgroundProxy, do: Callable[..., Any]) -> None:
    if not shutil.which("restic"):
        raise FileNotFoundError("restic is not installed")
    with tempfile.TemporaryDirectory() as folder:
        there, back = Path(folder, "there"), Path(folder, "back")
        there.mkdir()
        there.joinpath("bits").write_bytes(bytes(range(256)) * 4000)
        words = {"RESTIC_REPOSITORY": "swift:backups:/", "RESTIC_PASSWORD": "pw", "RESTIC_CACHE_DIR": f"{folder}/cache"}
        run = _runner(cloud, do, **words)
        run("restic", "init")
        run("restic", "backup", str(there))
        run("restic", "snapshots")
        run("restic", "check")
        run("restic", "restore", "latest", "--target", str(back))
        run("diff", "-r", str(there), f"{back}{there}")
        run("restic", "forget", "latest", "--prune")
