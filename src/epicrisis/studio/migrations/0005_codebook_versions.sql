-- What the codebooks of the project said, and since when. A codebook that was renamed takes its versions along; one that
-- was removed leaves them. person: empty where the file was changed outside the studio. how: where the version comes from.
-- digest: what answers depend on; none where the text holds errors.
CREATE TABLE codebook_versions (
    codebook TEXT NOT NULL,
    number   INTEGER NOT NULL,
    at       TEXT NOT NULL,
    person   TEXT NOT NULL,
    how      TEXT NOT NULL CHECK (how IN ('made', 'imported', 'copied', 'saved', 'restored', 'outside')),
    note     TEXT NOT NULL,
    yaml     TEXT NOT NULL,
    digest   TEXT,
    PRIMARY KEY (codebook, number)
);
