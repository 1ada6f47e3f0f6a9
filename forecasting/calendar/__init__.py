"""What the date itself says: public holidays, shopping festivals, and the merchant's own events."""
