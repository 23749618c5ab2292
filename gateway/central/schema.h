#pragma once

#include <vector>

#include "storage/database.h"

// The tables of the centre's SQLite store. Forward migrations only: a version once released never changes.
//
// Small integers stand for incarnations, lines, sources and dictionaries; they depend on the order of arrival, what
// they stand for does not. Times are ms since 1970 UTC; `received`, `stored`, `committed`, `changed` and `replaced` are
// the centre's clock.
namespace songhua::central {

inline constexpr std::int32_t kCentreId = 0x53484345;  // "SHCE"

inline const std::vector<storage::Migration> kCentreMigrations{{1, R"sql(
CREATE TABLE gateway_key(enterprise TEXT NOT NULL, gateway TEXT NOT NULL, key_id TEXT NOT NULL, key BLOB NOT NULL,
                         enrolled INTEGER NOT NULL, PRIMARY KEY(enterprise, gateway, key_id)) STRICT, WITHOUT ROWID;
CREATE TABLE dictionary(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, enterprise TEXT NOT NULL,
                        gateway TEXT NOT NULL, received INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE incarnation(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, enterprise TEXT NOT NULL,
                         gateway TEXT NOT NULL, continues TEXT NOT NULL, continued_to INTEGER NOT NULL,
                         first_received INTEGER NOT NULL) STRICT;
CREATE TABLE batch(incarnation INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, previous BLOB NOT NULL,
                   dictionary INTEGER NOT NULL, key_id TEXT NOT NULL, created INTEGER NOT NULL,
                   received INTEGER NOT NULL, records INTEGER NOT NULL, envelope BLOB NOT NULL,
                   PRIMARY KEY(incarnation, number)) STRICT;
CREATE INDEX batch_received ON batch(received);
CREATE TABLE line(id INTEGER PRIMARY KEY, enterprise TEXT NOT NULL, name TEXT NOT NULL,
                  UNIQUE(enterprise, name)) STRICT;
CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE record(line INTEGER NOT NULL, start INTEGER NOT NULL, incarnation INTEGER NOT NULL,
                    source INTEGER NOT NULL, length INTEGER NOT NULL, generation INTEGER NOT NULL,
                    number INTEGER NOT NULL, dictionary INTEGER NOT NULL, committed INTEGER NOT NULL,
                    changed INTEGER NOT NULL, content BLOB NOT NULL,
                    PRIMARY KEY(line, start, incarnation, source, length)) STRICT, WITHOUT ROWID;
-- Records longer than a quarter hour are few; whatever lies inside one must find it without a search through the line.
CREATE INDEX record_long ON record(line, incarnation, source, start) WHERE length > 900000;
-- A version that was replaced. Generation 0 without content: there was no record before.
CREATE TABLE superseded(line INTEGER NOT NULL, start INTEGER NOT NULL, incarnation INTEGER NOT NULL,
                        source INTEGER NOT NULL, length INTEGER NOT NULL, generation INTEGER NOT NULL,
                        number INTEGER NOT NULL, dictionary INTEGER NOT NULL, committed INTEGER NOT NULL,
                        changed INTEGER NOT NULL, content BLOB NOT NULL, replaced INTEGER NOT NULL,
                        PRIMARY KEY(line, start, incarnation, source, length, generation)) STRICT, WITHOUT ROWID;
CREATE TABLE line_state(enterprise TEXT NOT NULL, line TEXT NOT NULL, stored INTEGER NOT NULL, at INTEGER NOT NULL,
                        gone INTEGER NOT NULL) STRICT;
CREATE TABLE input(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, stored INTEGER NOT NULL,
                   text BLOB NOT NULL) STRICT;
CREATE TABLE refusal(enterprise TEXT NOT NULL, gateway TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL,
                     first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, payload BLOB NOT NULL,
                     PRIMARY KEY(enterprise, gateway, code)) STRICT, WITHOUT ROWID;
)sql"},
                                                               {2, R"sql(
-- Versions of closed windows are kept even where their day was not final yet: was_final tells revisions from those.
ALTER TABLE superseded ADD COLUMN was_final INTEGER NOT NULL DEFAULT 1;
CREATE INDEX superseded_replaced ON superseded(replaced);
CREATE INDEX record_committed ON record(committed);
-- What central.toml said of methods and rules, each from the time at which a figure was first computed with it.
CREATE TABLE setting(id INTEGER PRIMARY KEY, stored INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE publication(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, period TEXT NOT NULL, at INTEGER NOT NULL,
                         document BLOB NOT NULL) STRICT;
CREATE TABLE decision(cell TEXT PRIMARY KEY, code TEXT NOT NULL, stored INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql"}};

}  // namespace songhua::central
