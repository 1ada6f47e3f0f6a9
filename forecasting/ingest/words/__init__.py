"""What merchants call things: headings, months, units and products that are none, in many languages."""
