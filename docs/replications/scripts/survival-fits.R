# Fits of R's flexsurv and flexsurvcure that tests/published/test_flexsurv.py holds Equipoise to.
#
#   Rscript docs/replications/scripts/survival-fits.R tests/data/survival [name ...]
#
# writes <name>-flexsurv.csv beside each <name>.csv: one row for each fit, with all digits.
# With --data as a further word it first makes the data from the packages survival, MASS and smcure.

suppressMessages({library(survival); library(flexsurv); library(flexsurvcure)})
options(digits = 17, stringsAsFactors = FALSE)

# ---- Data ------------------------------------------------------------------------------------

make_data <- function(folder) {
  save <- function(rows, name)
    write.csv(rows, file.path(folder, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)

  veteran <- survival::veteran
  save(data.frame(time = veteran$time, event = veteran$status, test = veteran$trt - 1,
                  karnofsky = veteran$karno, cell = veteran$celltype), "veteran")

  # Patients of one arm with the same week and outcome are one row, which says how many they are.
  gehan <- MASS::gehan
  gehan$mercaptopurine <- as.numeric(gehan$treat == "6-MP")
  counted <- aggregate(list(weight = gehan$pair), gehan[c("time", "cens", "mercaptopurine")], length)
  counted <- counted[order(counted$mercaptopurine, counted$time, -counted$cens), ]
  save(data.frame(time = counted$time, event = counted$cens, weight = counted$weight,
                  mercaptopurine = counted$mercaptopurine), "leukaemia")

  data(e1684, package = "smcure", envir = environment())
  known <- e1684[complete.cases(e1684), ]  # one patient has neither age nor sex
  save(data.frame(time = known$FAILTIME, event = known$FAILCENS, interferon = known$TRT,
                  female = known$SEX), "melanoma")

  # A transplanted patient is two rows: until the transplant, and at risk from then on.
  heart <- survival::heart
  save(data.frame(time = heart$stop, event = heart$event, entry = heart$start,
                  age = round(heart$age, 6),
                  transplant = as.numeric(as.character(heart$transplant))), "heart")

  # Deaths. The hazard of the population is that of the United States at the age and sex of the
  # patient at the end of follow-up; the data have no dates, so that all are taken to enter in 1985.
  colon <- survival::colon[survival::colon$etype == 2, ]
  age <- colon$age * 365.25 + colon$time
  year <- 1985 + floor(colon$time / 365.25)
  rate <- mapply(function(years, sex, when) survexp.us[as.character(years), sex, as.character(when)],
                 floor(age / 365.25), ifelse(colon$sex == 1, "male", "female"), year)
  save(data.frame(time = round(colon$time / 365.25, 6), event = colon$status,
                  background = signif(rate * 365.25, 6), arm = colon$rx), "colon")
}

# ---- Fits ------------------------------------------------------------------------------------

families <- c(exponential = "exp", weibull = "weibull", weibull_ph = "weibullPH",
              gompertz = "gompertz", gamma = "gamma", lognormal = "lnorm",
              loglogistic = "llogis", generalised_gamma = "gengamma")
ours <- c(meanlog = "log_mean", sdlog = "log_sd", Q = "q", theta = "cured")
theirs <- setNames(names(ours), ours)

fits <- function(curve, covariates = "", cure = "", link = "", knots = NA, scale = "", vague = "")
  expand.grid(curve = curve, cure = cure, link = link, knots = knots, scale = scale,
              covariates = covariates, vague = vague)
plain <- function(location) fits(names(families), c("", location))
splines <- function(location, knots = 0:3)
  rbind(fits("spline", knots = knots, scale = c("hazard", "odds", "normal")),
        fits("spline", location, knots = 2, scale = c("hazard", "odds", "normal")))
cured <- function(curve, location, link = "logistic")
  fits(curve, c("", location), c("mixture", "non_mixture"), link)
# Fits whose cured share the data do not tell: to see what R says of them.
vague <- function(curve, covariates = "", cure = c("mixture", "non_mixture"))
  fits(curve, covariates, cure, "logistic", vague = "yes")

wanted <- list(
  veteran = rbind(
    plain("test karnofsky cell"), splines("karnofsky"),
    fits("weibull", "test; shape: test"), fits("gompertz", "karnofsky; shape: karnofsky"),
    fits("lognormal", "karnofsky cell; log_sd: cell"),
    fits("generalised_gamma", "karnofsky; sigma: karnofsky"),
    fits("spline", "karnofsky; gamma1: karnofsky", knots = 1, scale = "hazard"),
    vague(c("weibull", "lognormal", "generalised_gamma"))),
  leukaemia = rbind(
    plain("mercaptopurine"), splines("mercaptopurine", 0:1),
    fits("loglogistic", "mercaptopurine; shape: mercaptopurine"),
    vague(c("exponential", "weibull"), "mercaptopurine")),
  melanoma = rbind(
    plain("interferon"), splines("interferon"),
    cured(c("weibull", "lognormal", "loglogistic", "gamma"), "interferon"),
    cured("weibull_ph", "interferon female", "loglog"),
    cured("gompertz", "interferon"),
    fits("generalised_gamma", "interferon", c("mixture", "non_mixture"), "logistic"),
    fits("weibull", "interferon; scale: interferon", "mixture", "logistic")),
  heart = rbind(
    fits(names(families), "age transplant"), splines("age", 0:2), fits("gamma", "age; shape: transplant"),
    cured(c("weibull", "lognormal"), "age")),
  colon = rbind(
    fits(names(families), "arm"), splines("arm", c(0, 2)),
    cured(c("weibull", "lognormal", "loglogistic"), "arm"),
    fits("lognormal", "arm; log_mean: arm", "mixture", "loglog")))

# Of whom survival is compared.
person <- list(
  veteran = list(at = data.frame(test = 1, karnofsky = 60, cell = "smallcell"), times = c(30, 100, 400)),
  leukaemia = list(at = data.frame(mercaptopurine = 1), times = c(5, 10, 30)),
  melanoma = list(at = data.frame(interferon = 1, female = 0), times = c(0.5, 2, 8)),
  heart = list(at = data.frame(age = 5, transplant = 1), times = c(30, 200, 1000)),
  colon = list(at = data.frame(arm = "Lev+5FU"), times = c(1, 4, 8)))

split_words <- function(text) strsplit(trimws(text), " +")[[1]]

# "a b; shape: a" -> the formula of the location, and those of other parameters.
formulas <- function(text, late) {
  parts <- strsplit(text, ";")[[1]]
  surv <- if (late) "Surv(entry, time, event)" else "Surv(time, event)"
  first <- if (length(parts) == 0 || trimws(parts[1]) == "") "1" else
    paste(split_words(parts[1]), collapse = " + ")
  others <- list()
  for (part in parts[-1]) {
    halves <- trimws(strsplit(part, ":")[[1]])
    name <- if (halves[1] %in% names(theirs)) theirs[[halves[1]]] else halves[1]
    others[[name]] <- as.formula(paste("~", paste(split_words(halves[2]), collapse = " + ")))
  }
  list(location = as.formula(paste(surv, "~", first)),
       others = if (length(others) == 0) NULL else others)
}

call_for <- function(row, rows) {
  asked <- formulas(row$covariates, "entry" %in% names(rows))
  # R's knots and its start of a cured share ignore weights: there each patient has a row.
  if ((row$curve == "spline" || row$cure != "") && "weight" %in% names(rows))
    rows <- rows[rep(seq_len(nrow(rows)), rows$weight), names(rows) != "weight"]
  words <- list(asked$location, data = rows, anc = asked$others)
  if ("weight" %in% names(rows)) words$weights <- rows$weight
  if ("background" %in% names(rows)) words$bhazard <- rows$background
  if (row$curve == "spline")
    return(list(flexsurvspline, c(words, list(k = row$knots, scale = row$scale))))
  words$dist <- families[[row$curve]]
  if (row$cure == "") return(list(flexsurvreg, words))
  list(flexsurvcure, c(words, list(link = row$link, mixture = row$cure == "mixture")))
}

# flexsurvcure finds no start for patients who enter late: that is the curve of all, and 30 % cured.
without_cure <- function(call) {
  words <- call[[2]][c("data", "dist")]
  words$formula <- update(call[[2]][[1]], . ~ 1)
  all <- do.call(flexsurvreg, words)
  wanted <- ncol(model.matrix(delete.response(terms(call[[2]][[1]])), call[[2]]$data)) - 1
  c(0.3, all$res[, "est"], rep(0, wanted))
}

# R's search stops early now and then. It is begun again where it stopped, by turns with a simplex
# and with gradients, until the likelihood rises no more; where it is flat that would never end.
climb <- function(call, is_flat) {
  again <- function(words) suppressWarnings(try(do.call(call[[1]], c(call[[2]], words)), TRUE))
  tight <- list(reltol = 1e-15, maxit = 20000)
  best <- again(list())
  if (inherits(best, "try-error")) best <- again(list(inits = without_cure(call)))
  if (inherits(best, "try-error")) return(best)
  first <- best$loglik
  best$rose <- NA
  if (is_flat) return(best)
  for (round in 1:12) {
    before <- best$loglik
    for (method in c("Nelder-Mead", "BFGS")) {
      more <- again(list(inits = best$res[, "est"], method = method, control = tight))
      if (!inherits(more, "try-error") && more$loglik >= best$loglik) best <- more
    }
    if (best$loglik - before < 1e-9) break
  }
  best$rose <- best$loglik - first
  best
}

# The covariance of the likelihood of flexsurv, by differences over a tenth of the standard error
# that each coefficient has if the others are known. That which is printed is of differences over
# 0.001, whatever the unit of a coefficient, and for some curves off in the second digit.
covariance <- function(call, fit) {
  high <- function(found) {
    for (name in fit$dlist$pars)
      found[name] <- fit$dlist$inv.transforms[[match(name, fit$dlist$pars)]](found[name])
    do.call(call[[1]], c(call[[2]], list(inits = unname(found), fixedpars = TRUE)))$loglik
  }
  best <- setNames(fit$res.t[, "est"], rownames(fit$res.t))
  second <- try(suppressWarnings({
    scale <- 1 / sqrt(diag(solve(fit$cov)))
    numDeriv::hessian(function(steps) high(best + steps * scale), 0 * best,
                      method.args = list(eps = 0.1))
  }), TRUE)
  if (inherits(second, "try-error") || !all(is.finite(second))) return(NULL)
  if (any(eigen(-second, TRUE, TRUE)$values <= 0)) return(NULL)
  outer(scale, scale) * solve(-second)
}

# Our order: parameter by parameter, its constant first and then its covariates.
in_order <- function(fit) {
  names <- rownames(fit$res.t)
  place <- sapply(names, function(name) {
    inside <- sub("\\(.*", "", name)
    if (name %in% fit$dlist$pars) match(name, fit$dlist$pars) else
      if (grepl("(", name, fixed = TRUE)) match(inside, fit$dlist$pars) else
        match(fit$dlist$location, fit$dlist$pars)
  })
  order(place, !(names %in% fit$dlist$pars), seq_along(names))
}

all_digits <- function(x) paste(formatC(x, digits = 12, format = "g"), collapse = " ")

described <- function(row, rows, who) {
  call <- call_for(row, rows)
  fit <- climb(call, row$vague == "yes")
  if (inherits(fit, "try-error"))
    return(cbind(row, log_likelihood = "", rose = NA, estimates = "", errors = "",
                 correlations = "", printed_off = "", survival = ""))
  order <- in_order(fit)
  near <- covariance(call, fit)[order, order, drop = FALSE]
  printed <- fit$res.t[order, "se"]
  errors <- if (is.null(near)) "" else all_digits(sqrt(diag(near)))
  correlations <- if (is.null(near)) "" else all_digits(cov2cor(near)[lower.tri(near)])
  off <- if (is.null(near)) NA else max(abs(printed / sqrt(diag(near)) - 1))
  shares <- summary(fit, newdata = if (fit$ncovs > 0) who$at, t = who$times, type = "survival",
                    ci = FALSE)[[1]]$est
  cbind(row, log_likelihood = all_digits(fit$loglik), rose = signif(fit$rose, 2),
        estimates = all_digits(fit$res.t[order, "est"]), errors = errors,
        correlations = correlations, printed_off = if (is.na(off)) "" else signif(off, 2),
        survival = all_digits(shares))
}

read_rows <- function(file) {
  rows <- read.csv(file)
  # The first level in order of appearance is the reference.
  for (name in names(rows)) if (is.character(rows[[name]]))
    rows[[name]] <- factor(rows[[name]], levels = unique(rows[[name]]))
  rows
}

words <- commandArgs(trailingOnly = TRUE)
folder <- words[1]
if ("--data" %in% words) make_data(folder)
chosen <- setdiff(words[-1], "--data")
for (name in if (length(chosen) > 0) chosen else names(wanted)) {
  rows <- read_rows(file.path(folder, paste0(name, ".csv")))
  asked <- wanted[[name]]
  asked[] <- lapply(asked, function(column) if (is.factor(column)) as.character(column) else column)
  found <- do.call(rbind, lapply(seq_len(nrow(asked)), function(number) {
    message(name, " ", paste(asked[number, ], collapse = " "))
    described(asked[number, ], rows, person[[name]])
  }))
  found[is.na(found)] <- ""
  write.csv(found, file.path(folder, paste0(name, "-flexsurv.csv")), row.names = FALSE, quote = FALSE)
}
message(R.version.string, "; ", paste(sapply(c("survival", "flexsurv", "flexsurvcure"), function(p)
  paste(p, packageVersion(p))), collapse = "; "))
