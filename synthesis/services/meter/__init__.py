"""Ceilometer."""
