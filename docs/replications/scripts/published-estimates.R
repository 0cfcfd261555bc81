# Estimates of R's flexsurv and flexsurvcure as an article would give them: coefficients, covariance
# and shares alive, which tests/published/test_published_estimates.py reads without the patients.
#
#   Rscript docs/replications/scripts/published-estimates.R tests/data/survival
#
# writes estimates-<name>.csv, estimates-<name>-covariance.csv and estimates-<name>-survival.csv.

suppressMessages({library(survival); library(flexsurv); library(flexsurvcure)})
options(digits = 15, stringsAsFactors = FALSE)
folder <- commandArgs(trailingOnly = TRUE)[1]

save <- function(fit, name, newdata, times) {
  path <- function(what) file.path(folder, paste0("estimates-", name, what, ".csv"))
  write.csv(fit$res.t, path(""))
  write.csv(vcov(fit), path("-covariance"))
  alive <- lapply(seq_len(nrow(newdata)), function(row) data.frame(
    newdata[row, , drop = FALSE], time = times, row.names = NULL,
    survival = summary(fit, newdata = newdata[row, , drop = FALSE], t = times, ci = FALSE)[[1]]$est))
  write.csv(do.call(rbind, alive), path("-survival"), row.names = FALSE)
  if (!is.null(fit$knots)) cat(name, "knots", format(fit$knots, digits = 15), "\n")
}

veteran <- read.csv(file.path(folder, "veteran.csv"))
melanoma <- read.csv(file.path(folder, "melanoma.csv"))
cells <- data.frame(cell = c("adeno", "squamous"))
arms <- data.frame(interferon = c(0, 1))

save(flexsurvreg(Surv(time, event) ~ cell, anc = list(sdlog = ~cell), data = veteran, dist = "lnorm"),
     "lognormal", cells, c(10, 100, 500))
save(flexsurvreg(Surv(time, event) ~ interferon, data = melanoma, dist = "gengamma"),
     "generalised-gamma", arms, c(0.5, 2, 8))
save(flexsurvspline(Surv(time, event) ~ interferon, data = melanoma, k = 1, scale = "odds"),
     "spline", arms, c(0.5, 2, 8))
save(flexsurvcure(Surv(time, event) ~ interferon, data = melanoma, dist = "weibull", mixture = TRUE),
     "cure", arms, c(0.5, 2, 8))
