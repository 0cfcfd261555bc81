"""What to do about a check that failed, where the check does not say it more closely."""

from equipoise.core.translation import mark

OF_THE_PROGRAM = mark("no file can do this: report it as a fault of the program")

FIXES = {
    "V01": mark("correct the moves, shares or formulas that are named"),
    "V02": mark("give the source of the number, and a distribution whose mean is its value; if the "
                "mean is another on purpose, say so under 'mean_differs'"),
    "V05": mark("write the ratio itself as the value, not its logarithm, and a distribution around "
                "it"),
    "V07": mark("write probability(rate, cycle) instead of rate * cycle"),
    "V09": mark("see that nothing leads out of the dead states, and that mortality rises with age: "
                "use 'age', not a number, in the life table"),
    "V10": mark("let the lower curve never be above the higher one: fit them together, or take a "
                "hazard that is at least that of the other"),
    "V11": mark("use the life table by the age of the patient, and add the risk of the disease to "
                "it"),
    "V12": mark("give each living state its way to death, and let moves from a state add up to at "
                "most 1"),
    "V15": mark("let the shares under 'start' add up to 1"),
    "V17": mark("let utilities be shares of a year in full health, of at most 1, 0 for the dead, "
                "and one-off effects losses, below 0"),
    "V18": mark("let the file's rates alone discount"),
    "V19": mark("see that each price is added to a cost with the right sign, and used in at least "
                "one strategy"),
    "V21": mark("see that no yearly cost or utility falls below 0 later on"),
    "V22": mark("shorten the cycle, and write costs per year and moves as rates or "
                "probability(rate, cycle), so that they do not depend on its length"),
    "V25": mark("see that events and effects bring something only when they happen"),
    "V26": mark("use the input in a formula or delete it; give it a distribution around its value"),
    "V27": mark("see that each distribution is centred on its value; if the model bends so "
                "strongly, waive the check and print the mean of the draws"),
    "V29": mark("look for a division by 0, or a logarithm of it, in the formulas"),
    "V30": mark("ask for more draws"),
    "V31": mark("ask for more draws; if it stays, look for a distribution with very long tails"),
}  # fmt: skip
"""Check -> what to do; one that is not here asks the program alone."""
