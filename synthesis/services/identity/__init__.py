"""Keystone: who there is, who may what, and how they log in."""
