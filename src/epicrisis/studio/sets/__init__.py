"""What a set of reports holds: its first rows as they are read, its counts, its reports one by one."""
