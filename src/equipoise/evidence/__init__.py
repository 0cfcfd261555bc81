"""Data to distributions: what life tables say."""

from equipoise.evidence.life_tables import life_expectancy, survival

__all__ = ["life_expectancy", "survival"]
