"""Rows of one array: a number of each of several patients, for each quantity."""

LANES = 64
"""Patients in one row; short loops would be written out, one patient after the other."""

LUCK = 0
"""The first of four rows of uniform numbers."""

NOW, BEST, WAY, END = (k * LANES for k in range(4, 8))
"""Time; when and by which way a patient leaves, and the end of the stay."""

WAIT, PASSED, PACED = (k * LANES for k in range(8, 11))
"""Of one way: a hazard, then how long until it opens; its clock; what `lanes.wait` computes."""

COST, HEALTH, COST_WORTH, HEALTH_WORTH = (k * LANES for k in range(11, 15))
"""Discount factors at the end of a stay; what a unit a year until then is worth on day 0."""

COST_BEFORE, HEALTH_BEFORE = (k * LANES for k in range(15, 17))
"""What it is worth until the stay began."""

FALLEN = 17 * LANES
"""By how much the logarithm of a discount factor has fallen."""

ROWS = 18

PACE, INVERSE, SCALE, SHAPE = (k * LANES for k in range(4))
"""Of one way, as `lanes.law` has it: rows of another array."""

LAW = 4 * LANES
"""From one way's rows to the next's."""

STATE, START, AGE = 0, 1, 2
"""Clocks; as `clinical.in_time.CLOCKS`."""

EXPONENTIAL, WEIBULL, GOMPERTZ, LOGLOGISTIC = 0, 1, 2, 4
"""Kinds that have a closed form; as `times.KIND_NUMBERS`."""
