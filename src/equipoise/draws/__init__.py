"""One joint sample of every uncertain input; all stages share the index `draw`."""

from equipoise.draws.designs import Design
from equipoise.draws.quantiles import quantile
from equipoise.draws.sample import base_case, sample

__all__ = ["Design", "base_case", "quantile", "sample"]
