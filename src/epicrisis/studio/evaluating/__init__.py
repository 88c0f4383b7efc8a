"""Runs measured by gold, and set beside each other: what the pages Evaluate and Compare show."""
