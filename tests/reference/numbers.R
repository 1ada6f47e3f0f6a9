# Reference numbers by R for the 20 series of retail.csv (the last 210 days of 20 SKUs of Online Retail II, a week being the season).
# Run in this folder: Rscript numbers.R. Writes numbers.csv (rows series, what, index, value).
suppressMessages({
  library(forecast)
  library(urca)
})

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
  add(name, "kpss", ur.kpss(y, "mu", use.lag = trunc(3 * sqrt(length(y)) / 13))@teststat)
  add(name, "dickey-fuller 7", ur.df(y, "drift", lags = 7)@teststat[1])
  add(name, "phillips-perron 4", ur.pp(y, "Z-tau", "constant", use.lag = 4)@teststat)
  add(name, "phillips-perron trend", PP.test(y)$statistic)
  add(name, "jarque-bera", tseries::jarque.bera.test(y)$statistic)
  add(name, "loglik 101", Arima(y, c(1, 0, 1))$loglik)
  add(name, "loglik 011", Arima(y, c(0, 1, 1))$loglik)
  add(name, "loglik 100 100", Arima(y, c(1, 0, 0), c(1, 0, 0))$loglik)
  automatic <- auto.arima(y)
  add(name, "automatic", c(automatic$aicc, automatic$arma[c(1, 6, 2, 3, 7, 4)]))
}
numbers <- do.call(rbind, rows)
write.csv(numbers, "numbers.csv", row.names = FALSE, quote = FALSE)
versions <- sapply(c("forecast", "urca", "tseries"), function(name) paste(name, packageVersion(name)))
cat(R.version.string, versions, sep = ", ")
