-- Ids are uuid (16 bytes). Device, epoch and offset are 64 bits, kept as bigint with the same bits. Times are milliseconds
-- since 1970, UTC. access: 0 everyone, 1 open, 2 closed. kind: as model::EventKind. Names are ordered by their bytes.

-- ---- Conversations: written by the archiver only ------------------------------------------------------------------

-- Dense seq per room, so the newest events of a room lie side by side in its index.
CREATE TABLE events (
  room uuid NOT NULL,
  sender uuid NOT NULL,
  epoch bigint NOT NULL,
  seq bigint NOT NULL,
  mseq bigint,             -- countable messages only
  device bigint NOT NULL,
  n bigint NOT NULL,
  ts bigint NOT NULL,
  kind smallint NOT NULL,
  body text NOT NULL,      -- a JSON object
  PRIMARY KEY (room, seq)
);
-- The last word on "exactly once".
CREATE UNIQUE INDEX events_key ON events (room, sender, device, n);

CREATE TABLE rooms (
  room uuid PRIMARY KEY,
  name text NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  access smallint NOT NULL,
  owner uuid NOT NULL,
  created bigint NOT NULL,
  members bigint NOT NULL  -- rows of `members`
);
CREATE INDEX rooms_listed ON rooms (name_key) WHERE access = 1;
CREATE INDEX rooms_of_everyone ON rooms (name_key) WHERE access = 0;

CREATE TABLE members (
  user_id uuid NOT NULL,
  room uuid NOT NULL,
  PRIMARY KEY (user_id, room)
);

-- One row is written again by each batch of its partition: room for its next versions on the same page.
CREATE TABLE log_progress (
  partition bigint PRIMARY KEY,
  next_offset bigint NOT NULL,
  snapshots_as_of bigint NOT NULL,
  epoch bigint NOT NULL,
  log_id text NOT NULL
) WITH (fillfactor = 25);

CREATE TABLE snapshots (
  partition bigint NOT NULL,
  room uuid NOT NULL,
  as_of bigint NOT NULL,
  state bytea NOT NULL,
  PRIMARY KEY (partition, room)
) WITH (fillfactor = 70);

-- Bytes as they were in the log, which may be anything.
CREATE TABLE dead_letters (
  partition bigint NOT NULL,
  log_offset bigint NOT NULL,
  key bytea NOT NULL,
  value bytea NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (partition, log_offset)
);

-- ---- Directory ----------------------------------------------------------------------------------------------------

CREATE TABLE users (
  user_id uuid PRIMARY KEY,
  name text NOT NULL,
  created bigint NOT NULL
);

CREATE TABLE sessions (
  token_hash bytea PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (user_id),
  device bigint NOT NULL,
  expires bigint NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

-- Reserved before the room's first record is appended; the room may not exist yet.
CREATE TABLE room_names (
  name_key text COLLATE "C" PRIMARY KEY,  -- store/name_key.hpp
  room uuid NOT NULL UNIQUE,
  name text NOT NULL,
  access smallint NOT NULL,
  user_id uuid NOT NULL,
  device bigint NOT NULL
);

CREATE TABLE read_markers (
  user_id uuid NOT NULL,
  room uuid NOT NULL,
  seq bigint NOT NULL,
  mseq bigint NOT NULL,
  PRIMARY KEY (user_id, room)
) WITH (fillfactor = 70);

CREATE TABLE settings (
  name text COLLATE "C" PRIMARY KEY,
  value bytea NOT NULL
);

-- Who may be the one node of an embedded log (pg_lease); times are this database's own.
CREATE TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  holder text NOT NULL,
  expires timestamptz NOT NULL
);
