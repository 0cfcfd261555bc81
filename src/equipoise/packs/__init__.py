"""Finding and checking packs: therapies, jurisdictions and models."""

from equipoise.packs.find import (
    Entry,
    find_jurisdiction,
    find_model,
    find_study,
    find_study_or_model,
    library,
    library_folder,
)
from equipoise.packs.named import load_named_model, load_named_study

__all__ = [
    "Entry",
    "find_jurisdiction",
    "find_model",
    "find_study",
    "find_study_or_model",
    "library",
    "library_folder",
    "load_named_model",
    "load_named_study",
]
