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

-- reason: what made the report urgent when the review was made ('failed', 'rule', 'confidence', or NULL where nothing is
-- known of it). confidence: the smallest among its answers.
CREATE TABLE review_reports (
    review     TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    report_id  TEXT NOT NULL,
    reason     TEXT,
    confidence REAL,
    PRIMARY KEY (review, report_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX review_reports_order ON review_reports (review, seq);

-- What one reviewer says of one answer. value: JSON, as gold holds it (epicrisis.evaluation.gold_cell.GoldCell: a quantity
-- in the table's unit, the items of a group with plain values). start and end count characters of the report.
-- how: whether the model's answer was accepted or changed, or given without having seen it.
-- version: the number of the change in judgement_changes; a change names the version it rests on (0: none yet).
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

-- Every judgement there ever was. document: JSON of the columns above; NULL where a judgement was taken back.
CREATE TABLE judgement_changes (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    review    TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    report_id TEXT NOT NULL,
    reviewer  TEXT NOT NULL,
    variable  TEXT NOT NULL,
    document  TEXT,
    at        TEXT NOT NULL
);
CREATE INDEX judgement_changes_review ON judgement_changes (review, report_id);

-- Reports that a reviewer said to be done with.
CREATE TABLE review_done (
    review    TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    report_id TEXT NOT NULL,
    reviewer  TEXT NOT NULL COLLATE NOCASE,
    at        TEXT NOT NULL,
    PRIMARY KEY (review, report_id, reviewer)
) WITHOUT ROWID;

-- Who is at work on a report, so that nobody else is given it. at: when last; claims lapse.
CREATE TABLE review_claims (
    review    TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    report_id TEXT NOT NULL,
    reviewer  TEXT NOT NULL COLLATE NOCASE,
    at        TEXT NOT NULL,
    PRIMARY KEY (review, report_id, reviewer)
) WITHOUT ROWID;

-- Who has seen the model's answers of a blind review: what they judge from then on is no longer blind.
CREATE TABLE review_seen (
    review   TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    reviewer TEXT NOT NULL COLLATE NOCASE,
    at       TEXT NOT NULL,
    PRIMARY KEY (review, reviewer)
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
