-- People who may use the studio of this project.
CREATE TABLE users (
    name     TEXT PRIMARY KEY COLLATE NOCASE,
    role     TEXT NOT NULL CHECK (role IN ('viewer', 'reviewer', 'editor', 'admin')),
    password TEXT NOT NULL,
    created  TEXT NOT NULL
) WITHOUT ROWID;

-- digest: SHA-256 of the cookie, so that who reads this file cannot take a session over.
CREATE TABLE sessions (
    digest  BLOB PRIMARY KEY,
    person  TEXT NOT NULL,
    csrf    TEXT NOT NULL,
    created REAL NOT NULL,
    seen    REAL NOT NULL
) WITHOUT ROWID;

-- Failed logins, by name and by address, in seconds since 1970.
CREATE TABLE login_failures (
    subject TEXT NOT NULL,
    at      REAL NOT NULL
);
CREATE INDEX login_failures_subject ON login_failures (subject, at);

-- What the studio must remember and nobody else may know.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
