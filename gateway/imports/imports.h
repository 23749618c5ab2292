#pragma once

// The door of the room: what others recorded, made into readings. Pure: texts and chunks come in, readings and rejects
// go out; the program reads files, shows progress and writes the reject file.
#include "imports/csv_import.h"    // historian exports (CSV) through a mapping file
#include "imports/frames_jsonl.h"  // recorded MQTT frames
#include "imports/gzip.h"          // .gz on the way in
#include "imports/import_map.h"    // the mapping file
