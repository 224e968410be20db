"""openstacksdk's connections with the versions that the tests ask for. Its own types name every version there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from keystoneauth1.access import AccessInfo
from keystoneauth1.identity import BaseIdentityPlugin
from openstack.connection import Connection

if TYPE_CHECKING:
    from openstack.identity.v3._proxy import Proxy as Identity
    from openstack.image.v2._proxy import Proxy as Images


def identity(cloud: Connection) -> Identity:
    """Keystone's API v3."""
    return cast("Identity", cloud.identity)


def images(cloud: Connection) -> Images:
    """Glance's API v2."""
    return cast("Images", cloud.image)


def access(cloud: Connection) -> AccessInfo:
    """What the login told."""
    assert isinstance(cloud.session.auth, BaseIdentityPlugin)
    return cloud.session.auth.get_access(cloud.session)
