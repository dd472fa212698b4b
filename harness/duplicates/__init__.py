"""Near-duplicate articles among a million: copies within a data set, and test articles in the training data."""
