"""What all pages share: the application, its middleware, JSON twins, errors, templates."""
