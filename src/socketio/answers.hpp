// What clients answer to events that asked for an acknowledgement.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace skat::socketio {

// The raw JSON of the arguments, comma-separated without brackets; placeholders in it refer to `attachments` by "num".
struct Answer {
  std::string args_json;
  std::vector<std::string> attachments;
};

// One broadcast's answers, in the order they came.
struct BroadcastAnswers {
  error_code error;             // none: everybody has answered; errc::ack_timeout: `answers` are those so far
  std::vector<Answer> answers;  // of each client the first argument ("null" if it gave none)
};

}  // namespace skat::socketio
