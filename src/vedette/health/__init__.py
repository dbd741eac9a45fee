"""Whether each source can be believed now: rate, age, refusals, drift."""
