// The namespaces of the example: what an application registers on a Server.
#pragma once

#include "socketio/socketio.hpp"

namespace example {

// On every loop's server, before the loops run.
void register_namespaces(skat::socketio::Server& server, skat::base::Executor& loop);

}  // namespace example
