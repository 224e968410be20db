"""A switch that has every port plugged in already.

Without a mechanism driver that binds them, ports end as `binding_failed` and their servers as ERROR.
"""

from typing import Any

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api


class LiveMechanismDriver(api.MechanismDriver):  # type: ignore[misc]  # neutron has no types
    """Binds a port to the first segment offered, and calls it ACTIVE at once: there is no agent that would."""

    connectivity = portbindings.CONNECTIVITY_L2

    def initialize(self) -> None:
        """Nothing to set up; the base class asks for the method."""

    def bind_port(self, context: Any) -> None:
        segment = next(iter(context.segments_to_bind), None)
        if segment is not None:
            context.set_binding(
                segment[api.ID],
                portbindings.VIF_TYPE_OVS,
                {portbindings.CAP_PORT_FILTER: True},
                status=constants.PORT_STATUS_ACTIVE,
            )
