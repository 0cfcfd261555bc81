"""Finding and checking packs: therapies, jurisdictions and models.

Each name is imported when it is asked for, as a model that runs alone has no country.
"""

from typing import TYPE_CHECKING

from equipoise.core.on_demand import on_demand

if TYPE_CHECKING:
    from equipoise.packs.facts import (
        load_named_cases,
        load_named_law,
        load_named_product,
        shared_attributes,
        shared_observations,
    )
    from equipoise.packs.find import (
        Entry,
        find_jurisdiction,
        find_model,
        find_product,
        find_study,
        find_study_or_model,
        library,
        library_folder,
    )
    from equipoise.packs.named import load_named_study
    from equipoise.packs.named_model import load_named_model
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "facts": (
                "load_named_cases",
                "load_named_law",
                "load_named_product",
                "shared_attributes",
                "shared_observations",
            ),
            "find": (
                "Entry",
                "find_jurisdiction",
                "find_model",
                "find_product",
                "find_study",
                "find_study_or_model",
                "library",
                "library_folder",
            ),
            "named": ("load_named_study",),
            "named_model": ("load_named_model",),
        },
    )

__all__ = [
    "Entry",
    "find_jurisdiction",
    "find_model",
    "find_product",
    "find_study",
    "find_study_or_model",
    "library",
    "library_folder",
    "load_named_cases",
    "load_named_law",
    "load_named_model",
    "load_named_product",
    "load_named_study",
    "shared_attributes",
    "shared_observations",
]
