"""What a run yielded, for looking through: filters, pages, counts, patients over time, tables."""
