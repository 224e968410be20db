"""What stands in for hardware in the live cloud: a hypervisor, a disk array, a switch; and the way into each API."""
