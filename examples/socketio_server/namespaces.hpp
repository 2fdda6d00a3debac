// The namespaces of the example: what an application registers on a Server.
#pragma once

#include "base/executor.hpp"
#include "socketio/server.hpp"

namespace example {

// Before the server's loop runs.
void register_namespaces(skat::socketio::Server& server, skat::base::Executor& loop);

}  // namespace example
