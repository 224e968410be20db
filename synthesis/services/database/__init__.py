"""Trove."""
