"""The cohort engine as machine code: a kernel written and compiled for one model."""

from equipoise.clinical.compiled.engine import Compiled, compiled_cohort

__all__ = ["Compiled", "compiled_cohort"]
