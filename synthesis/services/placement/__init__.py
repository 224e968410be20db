"""Placement: what hypervisors provide and what servers use of it. The rows are `data/placement.yaml`."""
