"""What single cells say: kinds, numbers, dates. A column decides for all of its cells."""
