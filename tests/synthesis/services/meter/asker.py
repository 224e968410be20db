"""Asks ceilometer in a world of its own."""

from __future__ import annotations

from typing import Any

from tests.synthesis.services.teller import ServiceAsker

CLIENT = ("User-Agent", "python-ceilometerclient keystoneauth1")
HOT = {"name": "hot", "type": "threshold", "threshold_rule": {"meter_name": "cpu_util", "threshold": 70.0}}
"""What is sent to make an alarm."""


class Ceilometer(ServiceAsker):
    """`say` asks for something and gives the status and the document; `alarm` makes one, `measure` posts samples."""

    service, base = "meter", "/v2"

    def fields(self) -> tuple[tuple[str, str], ...]:
        return (CLIENT,)

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        status, told = self.say(method, path, body)
        assert status >= 400, told
        fault = told["error_message"]
        assert fault.keys() == {"faultcode", "faultstring", "debuginfo"}
        assert fault["faultcode"] == "Client"
        return status, fault["faultstring"]

    def show(self, path: str) -> Any:
        status, told = self.say("GET", path)
        assert status == 200, told
        return told

    def alarm(self, **members: Any) -> str:
        status, told = self.say("POST", "/alarms", {**HOT, **members})
        assert status == 201, told
        return str(told["alarm_id"])

    def names(self, query: str = "") -> list[str]:
        """The alarms of a list, in its order."""
        return [one["name"] for one in self.show(f"/alarms{query}")]

    def measure(self, *volumes: float, meter: str = "cpu", **members: Any) -> list[Any]:
        """Post samples of a meter of the server `vm`; gives what is answered."""
        status, told = self.say("POST", f"/meters/{meter}", [sample(one, meter, **members) for one in volumes])
        assert status == 201, told
        return list(told)


def sample(volume: Any = 1.0, meter: str = "cpu", **members: Any) -> dict[str, Any]:
    """What is sent for a sample."""
    of = {"counter_name": meter, "counter_type": "gauge", "counter_unit": "%", "counter_volume": volume}
    return {**of, "resource_id": "vm", **members}


def q(field: str, value: str, op: str = "eq") -> str:
    """A term of a query."""
    return f"q.field={field}&q.op={op}&q.value={value}"


def wrong(name: str, value: Any, why: str) -> tuple[int, str]:
    """How WSME refuses a value."""
    return 400, f"Invalid input for field/attribute {name}. Value: '{value}'. {why}"
