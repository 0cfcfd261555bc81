"""Workloads; each module names its own in WORKLOADS."""
