"""Equipoise: decisions on cell and gene therapies, from the law to the last payment."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.api import ModelRun, Results, assess, load, open_results, run_model

__version__ = "0.1.0"

__all__ = ["ModelRun", "Results", "assess", "load", "open_results", "run_model"]


def __getattr__(name: str) -> object:
    """Import the interface when it is first used, so that parts can be used without the whole."""
    if name in __all__:
        return getattr(import_module("equipoise.api"), name)
    message = f"module 'equipoise' has no attribute '{name}'"
    raise AttributeError(message)
