# Reference numbers by R for the 20 series of retail.csv (the last 210 days of 20 SKUs of Online Retail II, a week being the season).
# Run in this folder: Rscript numbers.R. Writes numbers.csv (rows series, what, index, value).
suppressMessages(library(forecast))

series <- read.csv("retail.csv", check.names = FALSE)
rows <- list()
add <- function(name, what, values) {
  rows[[length(rows) + 1]] <<- data.frame(series = name, what = what, index = seq_along(values), value = sprintf("%.15g", values))
}
for (name in names(series)) {
  y <- ts(series[[name]], frequency = 7)
  add(name, "acf", as.numeric(Acf(y, lag.max = 28, plot = FALSE)$acf)[-1])
  add(name, "pacf", as.numeric(Pacf(y, lag.max = 28, plot = FALSE)$acf))
  add(name, "ljung-box", c(Box.test(y, 14, "Ljung-Box")$statistic, Box.test(y, 14, "Ljung-Box", fitdf = 2)$p.value))
  add(name, "box-cox", BoxCox.lambda(y + 1, method = "guerrero", lower = -1, upper = 2))
  add(name, "ndiffs", c(ndiffs(y), nsdiffs(y)))
  add(name, "loglik 101", Arima(y, c(1, 0, 1))$loglik)
  add(name, "loglik 011", Arima(y, c(0, 1, 1))$loglik)
  add(name, "loglik 100 100", Arima(y, c(1, 0, 0), c(1, 0, 0))$loglik)
  automatic <- auto.arima(y)
  add(name, "automatic", c(automatic$aicc, automatic$arma[c(1, 6, 2, 3, 7, 4)]))
}
numbers <- do.call(rbind, rows)
write.csv(numbers, "numbers.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "forecast", as.character(packageVersion("forecast")), "\n")
