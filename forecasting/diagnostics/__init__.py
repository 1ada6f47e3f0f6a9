"""What a history says of itself: memory, stationarity, season, and what a model has left over."""
