"""One joint sample of every uncertain input; all stages share the index `draw`."""

from equipoise.draws.designs import Design
from equipoise.draws.quantiles import quantile
from equipoise.draws.sample import base_case, drawn_sample, sample, stated_values
from equipoise.draws.sampled import Sample

__all__ = [
    "Design", "Sample", "base_case", "drawn_sample", "quantile", "sample", "stated_values",
]  # fmt: skip
