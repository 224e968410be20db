"""Sahara."""
