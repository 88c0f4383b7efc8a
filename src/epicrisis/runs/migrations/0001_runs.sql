-- A codebook applied to a set of reports by one engine with one set of options.
-- signature: what makes the same command continue the same run (codebook, engine, options, reports).
-- reuse_after: only results with a larger id are taken instead of asking (a fresh run takes none from before it).
CREATE TABLE runs (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    signature   BLOB NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('running', 'interrupted', 'finished', 'failed')),
    created     TEXT NOT NULL,
    ended       TEXT,
    codebook    TEXT NOT NULL,
    engine      TEXT NOT NULL,
    total       INTEGER NOT NULL,
    reuse_after INTEGER NOT NULL,
    manifest    TEXT NOT NULL
);
CREATE INDEX runs_signature ON runs (signature);

-- What one text yielded. key: SHA-256 of text, codebook, prompt version, engine and options.
-- failure: why no answer could be had at all; retryable: trying again may succeed.
CREATE TABLE results (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    key               BLOB NOT NULL,
    run               INTEGER NOT NULL,
    text_digest       BLOB NOT NULL,
    answers           TEXT NOT NULL,
    failed_answers    INTEGER NOT NULL,
    failure           TEXT,
    retryable         INTEGER NOT NULL,
    requests          INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    seconds           REAL NOT NULL
);
CREATE INDEX results_key ON results (key);

-- The reports of a run, in the order of the input, each with the result it got.
CREATE TABLE run_reports (
    run       INTEGER NOT NULL REFERENCES runs (number),
    seq       INTEGER NOT NULL,
    report_id TEXT NOT NULL,
    patient   TEXT,
    date      TEXT,
    language  TEXT,
    metadata  TEXT NOT NULL,
    result    INTEGER NOT NULL REFERENCES results (id),
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;

-- Report texts by SHA-256, so that review and evaluation can show evidence without the source file.
CREATE TABLE texts (
    digest BLOB NOT NULL UNIQUE,
    text   TEXT NOT NULL
);
