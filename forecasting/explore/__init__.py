"""What the sales look like before any model: one SKU over time, and all SKUs side by side."""
