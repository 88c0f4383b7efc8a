-- Runs that somebody asked for and that are worked on one after the other, first asked first.
-- request: what to run, as JSON; no report text. wanted: what a job under way is asked to do; 'rest' is to go back to the
-- queue. run: the run it works on, once that has begun. progress: how far it is, as JSON, for those who watch. error: why
-- it failed, as JSON. deaths: how often in a row its process ended without a word.
CREATE TABLE jobs (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    status   TEXT NOT NULL CHECK (status IN ('queued', 'running', 'paused', 'finished', 'failed', 'cancelled')),
    wanted   TEXT CHECK (wanted IN ('pause', 'cancel', 'rest')),
    request  TEXT NOT NULL,
    run      TEXT,
    progress TEXT,
    error    TEXT,
    deaths   INTEGER NOT NULL DEFAULT 0,
    person   TEXT NOT NULL,
    created  TEXT NOT NULL,
    started  TEXT,
    ended    TEXT
);
CREATE INDEX jobs_status ON jobs (status);
CREATE INDEX jobs_run ON jobs (run);
