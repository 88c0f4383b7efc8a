"""Models, engines and adapters of this machine: what the page Models shows."""
