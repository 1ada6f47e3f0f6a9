"""A table -> its mapping: what each column means, by its heading and by what stands in it."""
