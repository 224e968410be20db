"""Cinder: volumes and what is made of them."""
