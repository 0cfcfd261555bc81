"""Where in its files each input of a study stands, by the input's full name."""

from typing import Literal

from equipoise.spec.findings import Place
from equipoise.spec.loaded_study import Study

Part = Literal["study", "product", "model", "country"]
"""The file of a study that something belongs to; a country may be several files."""

Spot = tuple[Part, Place]


def places_of(study: Study) -> dict[str, Spot]:
    """Return the place of every input of `Study.quantities`.

    Parameters
    ----------
    study
        A study whose route exists.
    """
    patients = study.file.patients
    found: dict[str, Spot] = {
        name: ("model", ("parameters", name)) for name in study.model.spec.parameters
    }
    for name in ("prevalent", "new_patients", "diagnosed", "diagnosis_rate",
                 "acceptance", "leaving_rate"):  # fmt: skip
        found[f"patients.{name}"] = ("study", ("patients", name))
    for name in patients.groups:
        found[f"patients.groups.{name}"] = ("study", ("patients", "groups", name, "weight"))
    for name in patients.eligible:
        found[f"patients.eligible.{name}"] = ("study", ("patients", "eligible", name))
    for name in ("slots", "ready_after"):
        found[f"care.{name}"] = ("study", ("care", name))
    for name in ("discount_cost", "discount_health", "willingness_to_pay"):
        found[f"economics.{name}"] = ("country", ("economics", name))
    found |= _steps(study)
    return {name: found[name] for name in study.quantities}


def _steps(study: Study) -> dict[str, Spot]:
    """Return the places of the durations and refusals of the route's steps."""
    found: dict[str, Spot] = {}
    for name in study.route.steps:
        place: Place = ("routes", study.file.route, "steps", name)
        own = name in study.file.access
        found[f"access.{name}"] = (
            ("study", ("access", name)) if own else ("country", (*place, "duration"))
        )
        found[f"access.{name}.statutory"] = ("country", (*place, "statutory"))
        found[f"access.{name}.refusal"] = ("country", (*place, "refusal", "probability"))
        found[f"access.{name}.pause"] = ("country", (*place, "refusal", "pause"))
    return found
