"""Timings of Equipoise beside hand-written kernels, NumPy and other packages.

`./dev bench` runs all; README.md beside this file says what is measured and how.
"""
