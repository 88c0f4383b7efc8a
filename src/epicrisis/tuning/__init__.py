"""Gold into a training set, a training set into an adapter."""
