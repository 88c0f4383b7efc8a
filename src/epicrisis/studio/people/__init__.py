"""Who may do what: accounts, sessions, roles, and what they did."""
