"""Worlds that begin as recorded answers tell: what cassettes show of a cloud, and what becomes of it."""
