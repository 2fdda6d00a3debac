// Chat's waiting between attempts is the ground's.
#pragma once

#include "base/backoff.hpp"

namespace skat::chat {

using base::Backoff;

}  // namespace skat::chat
