# Diebold-Mariano tests by R's forecast::dm.test for the series of retail.csv: the seasonal naive (a week) against the naive.
# Run in this folder: Rscript differences.R. Writes differences.csv (rows series, h, power, statistic, p).
suppressMessages(library(forecast))

series <- read.csv("retail.csv", check.names = FALSE)
rows <- list()
for (name in names(series)) {
  y <- series[[name]]
  at <- (length(y) - 83):length(y)
  seasonal <- y[at] - y[at - 7]
  naive <- y[at] - y[at - 1]
  for (h in c(1, 7, 14)) for (power in c(1, 2)) {
    # A variance that is not positive: dm.test itself recommends Bartlett's weights.
    test <- tryCatch(dm.test(seasonal, naive, h = h, power = power),
      warning = function(w) dm.test(seasonal, naive, h = h, power = power, varestimator = "bartlett"))
    rows[[length(rows) + 1]] <- data.frame(series = name, h = h, power = power,
      statistic = sprintf("%.15g", test$statistic), p = sprintf("%.15g", test$p.value))
  }
}
write.csv(do.call(rbind, rows), "differences.csv", row.names = FALSE, quote = FALSE)
cat("forecast", as.character(packageVersion("forecast")), R.version.string, "\n")
