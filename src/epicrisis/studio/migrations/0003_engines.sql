-- Engines that an admin allowed besides the models of the catalogue: servers, model files, scripts.
CREATE TABLE engines (
    address TEXT PRIMARY KEY,
    label   TEXT NOT NULL,
    person  TEXT NOT NULL,
    created TEXT NOT NULL
) WITHOUT ROWID;
