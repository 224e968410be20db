"""A hypervisor that only remembers: nova's own fake driver, without the three gaps that a client would notice.

The fake driver forgets its servers when nova-compute restarts, and its snapshots upload nothing, so that an image made of
a server stays `queued` for ever. `FakeDriverWithoutFakeNodes` is the base because it keeps its node's id on disk; plain
`FakeDriver` makes a new one at each start and nova-compute then refuses to start again.
"""

import io
from collections.abc import Callable
from typing import Any

from nova import context as nova_context
from nova import objects
from nova.compute import power_state, task_states
from nova.image import glance
from nova.virt import fake

CONSOLE_LINES = 20
SNAPSHOT_PADDING = 4096


class LiveDriver(fake.FakeDriverWithoutFakeNodes):  # type: ignore[misc]  # nova has no types
    def init_host(self, host: str) -> None:
        super().init_host(host)
        for server in objects.InstanceList.get_by_host(nova_context.get_admin_context(), host):
            state = power_state.RUNNING if server.power_state is None else server.power_state
            self.instances[server.uuid] = fake.FakeInstance(server.name, state, server.uuid)

    def get_host_uptime(self) -> str:
        return " 08:00:00 up 3 days,  2:10,  0 users,  load average: 0.05, 0.05, 0.05"

    def get_console_output(self, context: Any, instance: Any) -> str:
        return "".join(f"[ {second:>4}.000000] {instance.name}: line {second}\n" for second in range(CONSOLE_LINES))

    def snapshot(self, context: Any, instance: Any, image_id: str, update_task_state: Callable[..., None]) -> None:
        super().snapshot(context, instance, image_id, update_task_state)
        images = glance.API()
        bytes_ = b"snapshot of server " + instance.uuid.encode() + bytes(SNAPSHOT_PADDING)
        images.update(context, image_id, _ready(images.get(context, image_id)), io.BytesIO(bytes_), purge_props=False)
        update_task_state(task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_UPLOADING)


def _ready(image: dict[str, Any]) -> dict[str, Any]:
    """What becomes of an image's description once it has bytes."""
    properties = {name: value for name, value in image.get("properties", {}).items() if value is not None}
    return {
        "name": image["name"],
        "status": "active",
        "disk_format": "raw",
        "container_format": "bare",
        "properties": properties,
    }
