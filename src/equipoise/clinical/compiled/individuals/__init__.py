"""Patients one by one as machine code: one kernel for each model."""
