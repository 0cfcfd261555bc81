"""The cohort engine as machine code: a kernel written and compiled for one model."""
