"""What a model may know of the past and the future, made together so that they cannot diverge."""
