"""The ways of making a further training example from one."""
