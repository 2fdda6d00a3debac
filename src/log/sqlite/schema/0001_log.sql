-- Small facts: log_id (made with the file), partition_count.
CREATE TABLE log_meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The offset the next entry gets. A row of its own, since offsets must not come again when every entry was trimmed.
CREATE TABLE log_partitions (
  partition INTEGER PRIMARY KEY,
  next_offset INTEGER NOT NULL
) STRICT;

CREATE TABLE log_entries (
  partition INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  append_time INTEGER NOT NULL, -- milliseconds since 1970, UTC
  key TEXT NOT NULL,            -- room id
  value TEXT NOT NULL,          -- docs/log-format.md
  PRIMARY KEY (partition, offset)
) STRICT, WITHOUT ROWID;
