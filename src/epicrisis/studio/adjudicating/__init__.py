"""What two reviewers or more said of the same reports: where they agree, where not, and what then holds."""
