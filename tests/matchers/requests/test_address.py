import pytest

from cloudtape.matchers.requests.address import address_of
from tests.matchers.player import ID

PROJECT = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("path", "version", "project", "template"),
    [
        (f"nova/v2.1/servers/{ID}/action", "v2.1", "", "/servers/{}/action"),
        (f"nova/compute/v2.1/{PROJECT}/servers/vm/ips", "v2.1", PROJECT, "/servers/{}/ips"),
        ("nova/v2.1/servers/detail", "v2.1", "", "/servers/detail"),
        ("nova/v2.1/flavors/m1.nano/os-extra_specs", "v2.1", "", "/flavors/{}/os-extra_specs"),
        (f"swift/v1/AUTH_{PROJECT}/box/a/b", "v1", f"AUTH_{PROJECT}", "/{}/{}/{}"),
        (f"swift/v1/AUTH_{PROJECT}", "v1", f"AUTH_{PROJECT}", "/"),
        ("keystone/v3/", "", "", "/v3/"),
        ("nova/", "", "", "/"),
        (f"octavia/v2/lbaas/loadbalancers/{ID}/status", "v2", "", "/lbaas/loadbalancers/{}/status"),
        ("ironic/v1/nodes/node-17/states/power", "v1", "", "/nodes/{}/states/power"),
        (
            f"placement/placement/resource_providers/{ID}/inventories",
            "",
            "",
            "/placement/resource_providers/{}/inventories",
        ),
        ("manila/v2/shares/detail", "v2", "", "/shares/detail"),
    ],
)
def test_a_path_is_taken_apart(path: str, version: str, project: str, template: str) -> None:
    address = address_of("GET" if not path.endswith("action") else "POST", f"http://{path}")
    assert (address.version, address.project, address.template) == (version, project, template)
