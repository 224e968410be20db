"""A disk array made of sparse files: volumes hold real bytes, nothing is exported, no privilege is needed."""

import subprocess
from pathlib import Path
from typing import Any

from cinder import interface
from cinder.image import image_utils
from cinder.volume import driver
from oslo_config import cfg
from oslo_utils import units

CAPACITY_GB = 10_000
# Images made of a volume get its first bytes only: the images here are tiny, the rest of the file is a hole.
UPLOADED = units.Mi


def _path(item: Any) -> Path:
    """The file of a volume or snapshot."""
    return Path(cfg.CONF.state_path) / "volumes" / str(item.name)


def _resize(path: Path, gigabytes: int) -> None:
    with path.open("r+b") as file:
        file.truncate(gigabytes * units.Gi)


def _copy(source: Path, target: Path, gigabytes: int) -> None:
    subprocess.run(["cp", "--sparse=always", source, target], check=True)
    _resize(target, gigabytes)


def _convert(path: Path, disk_format: str) -> None:
    """Rewrite a raw file: glance checks that the bytes are what `disk_format` says."""
    qemu_name = "vpc" if disk_format == "vhd" else disk_format
    converted = path.with_suffix(f".{disk_format}")
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", qemu_name, path, converted], check=True)
    converted.replace(path)


@interface.volumedriver
class LiveDriver(driver.VolumeDriver):  # type: ignore[misc]  # cinder has no types
    VERSION = "1.0.0"
    CI_WIKI_NAME = "none"

    def check_for_setup_error(self) -> None:
        (Path(cfg.CONF.state_path) / "volumes").mkdir(parents=True, exist_ok=True)

    def _update_volume_stats(self) -> None:
        self._stats = {
            "volume_backend_name": self.configuration.safe_get("volume_backend_name"),
            "vendor_name": "cloudtape",
            "driver_version": self.VERSION,
            "storage_protocol": "fake",
            "total_capacity_gb": CAPACITY_GB,
            "free_capacity_gb": CAPACITY_GB,
            "reserved_percentage": 0,
            "max_over_subscription_ratio": 100,
            "thin_provisioning_support": True,
            "multiattach": True,
            "QoS_support": False,
            "consistent_group_snapshot_enabled": False,
        }

    def create_volume(self, volume: Any) -> None:
        _path(volume).touch()
        _resize(_path(volume), volume.size)

    def delete_volume(self, volume: Any) -> None:
        _path(volume).unlink(missing_ok=True)

    def extend_volume(self, volume: Any, new_size: int) -> None:
        _resize(_path(volume), new_size)

    def create_snapshot(self, snapshot: Any) -> None:
        _copy(_path(snapshot.volume), _path(snapshot), snapshot.volume_size)

    def delete_snapshot(self, snapshot: Any) -> None:
        _path(snapshot).unlink(missing_ok=True)

    def create_volume_from_snapshot(self, volume: Any, snapshot: Any) -> None:
        _copy(_path(snapshot), _path(volume), volume.size)

    def revert_to_snapshot(self, context: Any, volume: Any, snapshot: Any) -> None:
        _copy(_path(snapshot), _path(volume), volume.size)

    def create_cloned_volume(self, volume: Any, src_vref: Any) -> None:
        _copy(_path(src_vref), _path(volume), volume.size)

    def copy_image_to_volume(
        self, context: Any, volume: Any, image_service: Any, image_id: str, disable_sparse: bool = False
    ) -> None:
        block_size = self.configuration.volume_dd_blocksize
        image_utils.fetch_to_raw(context, image_service, image_id, str(_path(volume)), block_size, size=volume.size)
        _resize(_path(volume), volume.size)

    def copy_volume_to_image(self, context: Any, volume: Any, image_service: Any, image_meta: Any) -> None:
        upload = _path(volume).with_suffix(".upload")
        try:
            with _path(volume).open("rb") as file:
                upload.write_bytes(file.read(UPLOADED))
            if image_meta.get("disk_format", "raw") != "raw":
                _convert(upload, image_meta["disk_format"])
            with upload.open("rb") as file:
                image_service.update(context, image_meta["id"], {}, file)
        finally:
            upload.unlink(missing_ok=True)

    def initialize_connection(self, volume: Any, connector: Any, **options: Any) -> dict[str, Any]:
        return {"driver_volume_type": "fake", "data": {"volume_id": volume.id, "device_path": str(_path(volume))}}

    def retype(self, context: Any, volume: Any, new_type: Any, diff: Any, host: Any) -> tuple[bool, None]:
        return True, None

    # Nothing is ever exported: the hypervisor is not real either.

    def ensure_export(self, context: Any, volume: Any) -> None:
        pass

    def create_export(self, context: Any, volume: Any, connector: Any) -> None:
        pass

    def remove_export(self, context: Any, volume: Any) -> None:
        pass

    def terminate_connection(self, volume: Any, connector: Any, **options: Any) -> None:
        pass
