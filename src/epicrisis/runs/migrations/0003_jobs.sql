-- Runs that somebody asked for and that are worked on one after the other, first asked first.
-- request: what to run, as JSON; no report text. wanted: what a person asked of a job under way.
-- run: the run it works on, once that has begun. progress: how far it is, as JSON, for those who watch.
CREATE TABLE jobs (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    status   TEXT NOT NULL CHECK (status IN ('queued', 'running', 'paused', 'finished', 'failed', 'cancelled')),
    wanted   TEXT CHECK (wanted IN ('pause', 'cancel')),
    request  TEXT NOT NULL,
    run      TEXT,
    progress TEXT,
    error    TEXT,
    person   TEXT NOT NULL,
    created  TEXT NOT NULL,
    started  TEXT,
    ended    TEXT
);
CREATE INDEX jobs_status ON jobs (status);
