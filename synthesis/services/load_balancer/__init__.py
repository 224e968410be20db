"""Octavia, the load balancer service."""
