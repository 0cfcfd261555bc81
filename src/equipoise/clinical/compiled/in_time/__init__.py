"""Patients in continuous time as machine code."""
