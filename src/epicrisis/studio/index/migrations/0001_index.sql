-- A run as it was read last. key: what its cells depend on besides the results (calibration, codebook). revision: counts
-- the changes. settled: how the run had ended when all of it had been read; NULL while more may come.
CREATE TABLE runs (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    key      TEXT NOT NULL,
    revision INTEGER NOT NULL,
    indexed  INTEGER NOT NULL,
    settled  TEXT
);

-- One report. result: the number of the result that was read. day: the date as YYYY[-MM[-DD]], where it can be told.
-- certainty: the lowest confidence among its answers. remarks: 0 none, 1 notes, 2 broken rules. words: id and patient
-- without regard to case. id_order and patient_order: with numbers in them ordered as numbers.
CREATE TABLE reports (
    run           INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    result        INTEGER NOT NULL,
    report_id     TEXT NOT NULL,
    patient       TEXT,
    date          TEXT,
    day           TEXT,
    failure       TEXT,
    certainty     REAL,
    remarks       INTEGER NOT NULL,
    words         TEXT NOT NULL,
    id_order      TEXT NOT NULL,
    patient_order TEXT,
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;
CREATE INDEX reports_id ON reports (run, report_id);
CREATE INDEX reports_patient ON reports (run, patient);

-- One answer. variable: its place in the codebook. shown: the value as people read it, NULL where there is none. rank: what
-- it is ordered by (a number or a text).
CREATE TABLE cells (
    run        INTEGER NOT NULL,
    variable   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    status     TEXT NOT NULL,
    shown      TEXT,
    rank,
    confidence REAL,
    grade      TEXT,
    remarks    INTEGER NOT NULL,
    PRIMARY KEY (run, variable, seq)
) WITHOUT ROWID;

-- Where a run differs from something else. key: the state of both when that was found out.
CREATE TABLE sources (
    run    INTEGER NOT NULL,
    source TEXT NOT NULL,
    key    TEXT NOT NULL,
    PRIMARY KEY (run, source)
) WITHOUT ROWID;

CREATE TABLE differences (
    run      INTEGER NOT NULL,
    source   TEXT NOT NULL,
    variable INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (run, source, variable, seq)
) WITHOUT ROWID;
