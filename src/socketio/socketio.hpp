// All that an application of Socket.IO includes. docs/library.md says how to use it.
#pragma once

#include "socketio/answers.hpp"             // IWYU pragma: export
#include "socketio/broadcast_operator.hpp"  // IWYU pragma: export
#include "socketio/cluster_port.hpp"        // IWYU pragma: export
#include "socketio/config.hpp"              // IWYU pragma: export
#include "socketio/errc.hpp"                // IWYU pragma: export
#include "socketio/host.hpp"                // IWYU pragma: export
#include "socketio/json_object.hpp"         // IWYU pragma: export
#include "socketio/json_scan.hpp"           // IWYU pragma: export
#include "socketio/json_string.hpp"         // IWYU pragma: export
#include "socketio/loop_cluster.hpp"        // IWYU pragma: export
#include "socketio/namespace.hpp"           // IWYU pragma: export
#include "socketio/server.hpp"              // IWYU pragma: export
#include "socketio/socket.hpp"              // IWYU pragma: export
