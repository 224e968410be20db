"""Designate."""
