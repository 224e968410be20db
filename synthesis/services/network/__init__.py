"""Neutron: networks, addresses, routers, and what guards them."""
