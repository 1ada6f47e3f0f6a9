"""The global network: one Keras model over all SKUs of a panel, all periods ahead at once."""
