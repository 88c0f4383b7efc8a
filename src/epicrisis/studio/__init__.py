"""The web application: the whole loop in a browser."""
