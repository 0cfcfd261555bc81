"""Rows of one array: a number of each of several patients, for each quantity."""

LANES = 32
"""Patients in one row."""

LUCK = 0
"""The first of four rows of uniform numbers."""

NOW, BEST, WAY, END, WAIT, PASSED, FIRST, SECOND, RATIO = (k * LANES for k in range(4, 13))
"""Time, when and by which way a patient leaves, arguments of a distribution and its ratio."""

COST, HEALTH, COST_WORTH, HEALTH_WORTH = (k * LANES for k in range(13, 17))
"""Discount factors at the end of a stay; what a unit a year until then is worth on day 0."""

ROWS = 17

STATE, START, AGE = 0, 1, 2
"""Clocks; as `clinical.in_time.CLOCKS`."""

EXPONENTIAL, WEIBULL, GOMPERTZ, LOGLOGISTIC = 0, 1, 2, 4
"""Kinds that have a closed form; as `times.KIND_NUMBERS`."""
