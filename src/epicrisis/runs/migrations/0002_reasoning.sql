-- What the model reasoned before it answered, where it was asked to. It quotes the report, as answers do.
ALTER TABLE results ADD COLUMN reasoning TEXT;
