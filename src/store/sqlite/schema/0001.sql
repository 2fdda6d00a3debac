-- Ids are 16 bytes. Device, epoch and offset are 64 bits, kept as SQLite's signed integers with the same bits. Times are
-- milliseconds since 1970, UTC. access: 0 everyone, 1 open, 2 closed. kind: as model::EventKind.

-- ---- Conversations: written by the archiver only ------------------------------------------------------------------

-- Dense seq per room, so the newest events of a room lie side by side.
CREATE TABLE events (
  room BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  mseq INTEGER,             -- countable messages only
  kind INTEGER NOT NULL,
  sender BLOB NOT NULL,
  device INTEGER NOT NULL,
  n INTEGER NOT NULL,
  ts INTEGER NOT NULL,
  body TEXT NOT NULL,       -- a JSON object
  PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- The last word on "exactly once".
CREATE UNIQUE INDEX events_key ON events (room, sender, device, n);
-- Finds a page's bounds by counting messages, however many other events lie between them.
CREATE INDEX events_messages ON events (room, seq) WHERE mseq IS NOT NULL;

CREATE TABLE rooms (
  room BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  access INTEGER NOT NULL,
  owner BLOB NOT NULL,
  created INTEGER NOT NULL,
  members INTEGER NOT NULL  -- rows of `members`
) STRICT, WITHOUT ROWID;
CREATE INDEX rooms_listed ON rooms (name_key) WHERE access = 1;
CREATE INDEX rooms_of_everyone ON rooms (name_key) WHERE access = 0;

CREATE TABLE members (
  user BLOB NOT NULL,
  room BLOB NOT NULL,
  PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_progress (
  partition INTEGER PRIMARY KEY,
  next_offset INTEGER NOT NULL,
  snapshots_as_of INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  log_id TEXT NOT NULL
) STRICT;

CREATE TABLE snapshots (
  partition INTEGER NOT NULL,
  room BLOB NOT NULL,
  as_of INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (partition, room)
) STRICT;

-- Bytes as they were in the log, which may be anything.
CREATE TABLE dead_letters (
  partition INTEGER NOT NULL,
  log_offset INTEGER NOT NULL,
  key BLOB NOT NULL,
  value BLOB NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (partition, log_offset)
) STRICT;

-- ---- Directory ----------------------------------------------------------------------------------------------------

CREATE TABLE users (
  user BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY,
  user BLOB NOT NULL REFERENCES users (user),
  device INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user);

-- Reserved before the room's first record is appended; the room may not exist yet.
CREATE TABLE room_names (
  name_key TEXT PRIMARY KEY,  -- store/name_key.hpp
  room BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  access INTEGER NOT NULL,
  user BLOB NOT NULL,
  device INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE read_markers (
  user BLOB NOT NULL,
  room BLOB NOT NULL,
  seq INTEGER NOT NULL,
  mseq INTEGER NOT NULL,
  PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
