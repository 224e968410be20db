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


STACK = """\
heat_template_version: 2018-08-31
description: A site that is made
parameters:
  name: {type: string, default: site}
  image: {type: string, default: cirros}
  size: {type: number, default: 1, constraints: [{range: {min: 1, max: 10}}]}
resources:
  secret: {type: OS::Heat::RandomString, properties: {length: 12}}
  key: {type: OS::Nova::KeyPair, properties: {name: site-key, save_private_key: true}}
  net: {type: OS::Neutron::Net, properties: {name: site-net}}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.44.0.0/24}}
  router: {type: OS::Neutron::Router, properties: {external_gateway_info: {network: public}}}
  plug: {type: OS::Neutron::RouterInterface, properties: {router: {get_resource: router}, subnet: {get_resource: subnet}}}
  group:
    type: OS::Neutron::SecurityGroup
    properties: {name: site-group, rules: [{protocol: tcp, port_range_min: 443, port_range_max: 443}]}
  port: {type: OS::Neutron::Port, properties: {network: {get_resource: net}, security_groups: [{get_resource: group}]}}
  address: {type: OS::Neutron::FloatingIP, properties: {floating_network: public, port_id: {get_resource: port}}}
  web:
    type: OS::Nova::Server
    properties:
      name: {list_join: ["-", [{get_param: name}, web]]}
      image: {get_param: image}
      flavor: m1.tiny
      key_name: {get_resource: key}
      networks: [{port: {get_resource: port}}]
      user_data: {str_replace: {template: "password=$pw", params: {$pw: {get_attr: [secret, value]}}}}
  disk: {type: OS::Cinder::Volume, properties: {name: site-disk, size: {get_param: size}}}
  plugged:
    type: OS::Cinder::VolumeAttachment
    properties: {instance_uuid: {get_resource: web}, volume_id: {get_resource: disk}}
  box: {type: OS::Swift::Container, properties: {name: site-box}}
  picture:
    type: OS::Glance::WebImage
    properties: {name: site-image, location: "http://example.org/x.img", disk_format: raw, container_format: bare}
  done_handle: {type: OS::Heat::WaitConditionHandle}
  done: {type: OS::Heat::WaitCondition, properties: {handle: {get_resource: done_handle}, timeout: 60}}
outputs:
  url: {value: {list_join: ["", ["http://", {get_attr: [address, floating_ip_address]}, "/"]]}}
  password: {value: {get_attr: [secret, value]}}
  wrong: {value: {list_join: [",", {get_attr: [web, name]}]}}
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
    folder: Path = tmp_path_factory.mktemp("files")
    files = {name: folder / name for name in ("file", "copy", "key", "template", "stack")}
    files["file"].write_bytes(b"\x00\x01 bytes \xff" * 5000)
    files["key"].write_text(PUBLIC_KEY)
    files["template"].write_text(TEMPLATE)
    files["stack"].write_text(STACK)
    return {name: str(path) for name, path in files.items()}
