-- How the files on the shelf 'reports' are read, where somebody said so. settings: JSON (columns, format, sheet, encoding,
-- delimiter).
CREATE TABLE report_sets (
    name     TEXT PRIMARY KEY,
    settings TEXT NOT NULL,
    person   TEXT NOT NULL,
    changed  TEXT NOT NULL
) WITHOUT ROWID;
