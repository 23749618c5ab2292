#pragma once

#include <memory>

#include "commands.h"
#include "control/control.h"
#include "recording.h"

// Where a command puts what it has to say: a running gateway holds its store and takes it through its control socket;
// while none runs, the command writes the store by itself.
namespace songhua::gateway {

// Null where no gateway runs on this store. A place named by --store has no gateway.
std::unique_ptr<control::Client> running_gateway(const Context& context);
// The same, for commands that need one; throws Failure (3) where none runs.
std::unique_ptr<control::Client> required_gateway(const Context& context);

// The answer of a request that must be "ok"; throws Failure with the refusal's text and status otherwise.
control::Json ask(control::Client& client, const control::Json& request);

// Entries into the store of `context`, whoever holds it. finish() returns once they are committed. Throws Failure.
std::unique_ptr<EntrySink> intake(const Context& context);

// Puts lines.toml in force in a pipeline on a store of one's own: a changed one is applied to the past, progress is
// logged. Whoever writes a store by a pipeline does this first. Throws Failure.
ingest::Pipeline::Adopted adopt_mapping(ingest::Pipeline& pipeline, const Context& context);

}  // namespace songhua::gateway
