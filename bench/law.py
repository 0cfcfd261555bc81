"""Time of the law: classifying products, and following a road of many stages.

`python -m bench.law`; the median of several turns. Asked for are 1,000 products in a second, and
10,000 draws of 25 stages in a tenth of one.
"""

import random
from datetime import date
from statistics import median
from time import perf_counter

import numpy as np

from equipoise.access import critical_days, follow, in_days, luck_of
from equipoise.draws import drawn_sample
from equipoise.packs import library, load_named_law, shared_attributes
from equipoise.rules import classify
from equipoise.spec.attributes import completed
from equipoise.spec.law import Law, Route

DAY = date(2026, 11, 28)
PRODUCTS, STAGES, DRAWS, TURNS = 1000, 25, 10_000, 5


def classified(laws: list[Law]) -> float:
    """Return the seconds for all products in all countries."""
    shared = shared_attributes()
    luck = random.Random(1)  # noqa: S311 - no secret
    names = [name for name, one in shared.items() if one.unit is None]
    products = [{name: luck.random() < 0.5 for name in names} for _number in range(PRODUCTS)]
    start = perf_counter()
    for law in laws:
        known = {**shared, **law.attributes}
        for product in products:
            classify(law.classification, completed(product, known), day=DAY)
    return perf_counter() - start


def road(russia: Law) -> Route:
    """Return a road of so many stages, half of them side by side, like those of Russia."""
    pattern = list(russia.routes["eaeu_registration"].steps.values())
    steps = {
        f"s{number}": pattern[number % len(pattern)].model_copy(
            update={"after": [f"s{number - back}" for back in (1, 3) if number >= back]}
        )
        for number in range(STAGES)
    }
    return russia.routes["eaeu_registration"].model_copy(update={"steps": steps})


def followed(russia: Law, route: Route) -> float:
    """Return the seconds for drawing and following a road, and for its critical days."""
    start = perf_counter()
    quantities = route.quantities()
    sampled = drawn_sample(quantities, joint={}, correlations=(), draws=DRAWS, seed=1)
    numbers = {name: in_days(name, np.asarray(sampled.values[name])) for name in quantities}
    dates = follow(
        route, numbers, draws=DRAWS, origin=DAY, calendar=russia.calendar,
        luck=luck_of(np.arange(DRAWS), seed=1),
    )  # fmt: skip
    critical_days(route, dates)
    return perf_counter() - start


def main() -> None:
    """Print both."""
    laws = [load_named_law(entry.name) for entry in library() if entry.kind == "country"]
    russia = next(law for law in laws if law.code == "ru")
    seconds = median(classified(laws) for _turn in range(TURNS))
    print(f"{PRODUCTS:,} products in {len(laws)} countries: {seconds:.3f} s")
    route = road(russia)
    seconds = median(followed(russia, route) for _turn in range(TURNS))
    print(f"{DRAWS:,} draws of {STAGES} stages: {1000 * seconds:.0f} ms")


if __name__ == "__main__":
    main()
