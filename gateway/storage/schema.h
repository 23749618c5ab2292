#pragma once

#include <vector>

#include "storage/database.h"

// The tables of the edge store and of a recording. Forward migrations only: a version once released never changes.
namespace songhua::storage {

// Times are ms since 1970 UTC. STRICT everywhere; the journal appends at the right edge, records are clustered by line.
inline const std::vector<Migration> kStoreMigrations{{1, R"sql(
CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE segment(id INTEGER PRIMARY KEY, first_received INTEGER NOT NULL, last_received INTEGER NOT NULL,
                     count INTEGER NOT NULL, codec INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE names(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE line(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE source_line(source INTEGER NOT NULL, line INTEGER NOT NULL, PRIMARY KEY(source, line)) STRICT, WITHOUT ROWID;
CREATE TABLE series(id INTEGER PRIMARY KEY, line INTEGER NOT NULL, spec TEXT NOT NULL) STRICT;
CREATE TABLE record(line INTEGER NOT NULL, start INTEGER NOT NULL, source INTEGER NOT NULL, length INTEGER NOT NULL,
                    generation INTEGER NOT NULL, committed INTEGER NOT NULL, changed INTEGER NOT NULL,
                    bytes BLOB NOT NULL, PRIMARY KEY(line, start, source)) STRICT, WITHOUT ROWID;
CREATE TABLE superseded(line INTEGER NOT NULL, start INTEGER NOT NULL, source INTEGER NOT NULL, length INTEGER NOT NULL,
                        generation INTEGER NOT NULL, committed INTEGER NOT NULL, changed INTEGER NOT NULL,
                        replaced INTEGER NOT NULL, bytes BLOB NOT NULL,
                        PRIMARY KEY(line, start, source, generation)) STRICT, WITHOUT ROWID;
CREATE TABLE touched(source INTEGER NOT NULL, start INTEGER NOT NULL, segments BLOB NOT NULL,
                     PRIMARY KEY(source, start)) STRICT, WITHOUT ROWID;
CREATE TABLE session(server INTEGER NOT NULL, node TEXT NOT NULL, bytes BLOB NOT NULL,
                     PRIMARY KEY(server, node)) STRICT, WITHOUT ROWID;
CREATE TABLE dirty(line INTEGER NOT NULL, quarter INTEGER NOT NULL, generation INTEGER NOT NULL,
                   PRIMARY KEY(line, quarter)) STRICT, WITHOUT ROWID;
CREATE TABLE outbox(number INTEGER PRIMARY KEY, created INTEGER NOT NULL, hash BLOB NOT NULL, previous BLOB NOT NULL,
                    dictionary BLOB NOT NULL, bytes BLOB NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE quarantine(id INTEGER PRIMARY KEY, received INTEGER NOT NULL, reason TEXT NOT NULL, topic TEXT NOT NULL,
                        detail TEXT NOT NULL, position INTEGER NOT NULL, count INTEGER NOT NULL, payload BLOB NOT NULL,
                        UNIQUE(reason, topic, detail)) STRICT;
CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE line_state(line TEXT NOT NULL, at INTEGER NOT NULL, gone INTEGER NOT NULL,
                        PRIMARY KEY(line, at)) STRICT, WITHOUT ROWID;
)sql"},
                                                     // Of a source's newest window, while records of lines that were
                                                     // not heard of late wait for them (storage/behind.cpp).
                                                     {2, R"sql(
ALTER TABLE touched ADD COLUMN stretches BLOB;
)sql"},
                                                     // When the newest of its messages was received, and the oldest of
                                                     // those that came after newer ones (ingest/order.cpp).
                                                     {3, R"sql(
ALTER TABLE session ADD COLUMN newest INTEGER;
ALTER TABLE session ADD COLUMN unsettled INTEGER;
)sql"}};

// A recording holds the journal as the store does, and nothing that can be derived from it.
inline const std::vector<Migration> kRecordingMigrations{{1, R"sql(
CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE segment(id INTEGER PRIMARY KEY, first_received INTEGER NOT NULL, last_received INTEGER NOT NULL,
                     count INTEGER NOT NULL, codec INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
)sql"}};

}  // namespace songhua::storage
