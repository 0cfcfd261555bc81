"""How soon: the dates of the road from the decision to the first paid treatment."""

from equipoise.access.timeline import access_timeline

__all__ = ["access_timeline"]
