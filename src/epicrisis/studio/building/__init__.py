"""Building codebooks: what the form and the YAML say, what the model would see, how versions differ."""
