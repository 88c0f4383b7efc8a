-- A review: some reports of a run, in an order, to be looked at by people.
-- sequence: how the reports were chosen and ordered. blind: reviewers do not see the model's answers. raters: how many
-- people are to review each report. closed: when it was said to be done.
CREATE TABLE reviews (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    run      TEXT NOT NULL,
    sequence TEXT NOT NULL CHECK (sequence IN ('uncertain', 'random', 'sample')),
    blind    INTEGER NOT NULL,
    raters   INTEGER NOT NULL,
    seed     INTEGER NOT NULL,
    person   TEXT NOT NULL,
    created  TEXT NOT NULL,
    closed   TEXT
) WITHOUT ROWID;

CREATE TABLE review_reports (
    review    TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    seq       INTEGER NOT NULL,
    report_id TEXT NOT NULL,
    PRIMARY KEY (review, report_id)
) WITHOUT ROWID;

-- What one reviewer says of one answer. value: JSON, as answers hold it. version: counts the changes; a change names the
-- version it rests on. how: whether the model's answer was accepted or changed, or given without having seen it.
CREATE TABLE judgements (
    review    TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    report_id TEXT NOT NULL,
    reviewer  TEXT NOT NULL COLLATE NOCASE,
    variable  TEXT NOT NULL,
    status    TEXT NOT NULL,
    value     TEXT NOT NULL,
    quote     TEXT,
    start     INTEGER,
    "end"     INTEGER,
    comment   TEXT NOT NULL,
    how       TEXT NOT NULL CHECK (how IN ('accepted', 'changed', 'blind')),
    version   INTEGER NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (review, report_id, reviewer, variable)
) WITHOUT ROWID;

-- Reports that a reviewer said to be done with.
CREATE TABLE review_done (
    review    TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    report_id TEXT NOT NULL,
    reviewer  TEXT NOT NULL COLLATE NOCASE,
    at        TEXT NOT NULL,
    PRIMARY KEY (review, report_id, reviewer)
) WITHOUT ROWID;

-- Adjudication: what holds where reviewers differ.
CREATE TABLE decisions (
    review    TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    report_id TEXT NOT NULL,
    variable  TEXT NOT NULL,
    status    TEXT NOT NULL,
    value     TEXT NOT NULL,
    quote     TEXT,
    start     INTEGER,
    "end"     INTEGER,
    comment   TEXT NOT NULL,
    person    TEXT NOT NULL,
    version   INTEGER NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (review, report_id, variable)
) WITHOUT ROWID;
