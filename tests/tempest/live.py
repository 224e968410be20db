"""What tempest must know of the live cloud (tests/live): a configuration in which only the run's own facts are missing.

They stay as `$auth_url`, `$folder`, `$interval` and `$timeout`, so that the same text serves the recording and, years later,
a replay with no cloud to ask.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from tests.live.settings import load
from tests.tempest.clouds import Cloud

TEMPLATE = Path(__file__).parent / "live.conf"
OTHER_IMAGE = "tiny-other"
CONTENT = b"another image" + bytes(64 * 1024)
DOWNLOAD_SIZE = "64k"
DOWNLOADS = "downloads"
MULTIATTACH = "multiattach"


def describe(home: Path) -> str:
    """Makes what tempest needs and the live cloud has not: a second image, one to download, volumes that many may attach."""
    settings = load(home, None)
    cloud = Cloud(f"{settings.url('keystone')}/v3", settings.password)
    if not cloud.has("volumev3", "/types", MULTIATTACH):
        cloud.ask(
            "volumev3",
            "/types",
            {"volume_type": {"name": MULTIATTACH, "extra_specs": {"multiattach": "<is> True"}}},
        )
    if not cloud.has("image", "/v2/images", OTHER_IMAGE):
        image = {"name": OTHER_IMAGE, "disk_format": "raw", "container_format": "bare", "visibility": "public"}
        made = cloud.ask("image", "/v2/images", image)
        cloud.put("image", f"/v2/images/{made['id']}/file", CONTENT)
    # What glance downloads by itself: the live cloud lets it ask the object store for that, and nobody else.
    cloud.put("object-store", f"/{DOWNLOADS}", X_Container_Read=".r:*")
    cloud.put("object-store", f"/{DOWNLOADS}/image", qcow2())
    return Template(TEMPLATE.read_text()).safe_substitute(
        password=settings.password,
        image=cloud.id_of("image", "/v2/images", "tiny"),
        other_image=cloud.id_of("image", "/v2/images", OTHER_IMAGE),
        public_network=cloud.id_of("network", "/v2.0/networks", "public"),
        extensions=cloud.extensions(),
        capabilities=cloud.capabilities("../.."),
        download=f"{cloud.base('object-store')}/{DOWNLOADS}/image",
        multiattach=MULTIATTACH,
        newest_compute=cloud.newest("compute", "/flavors", "compute"),
        newest_volume=cloud.newest("volumev3", "/types", "volume"),
    )


def qcow2() -> bytes:
    """An empty disk: glance looks whether an image is what it is said to be."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "image"
        command = ["qemu-img", "create", "-q", "-f", "qcow2", str(file), DOWNLOAD_SIZE]
        subprocess.run(command, check=True)
        return file.read_bytes()
