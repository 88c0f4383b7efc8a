"""Files that people bring: received in pieces, looked into, unpacked, and put on a shelf of the project."""
