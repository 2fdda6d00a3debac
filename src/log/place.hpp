// Where a record lies: its partition, and its offset there.
#pragma once

#include <cstdint>

#include "base/strong.hpp"

namespace skat::log {

// A record's place in its partition. Grows; never used twice, also after every record was trimmed. Not dense.
using Offset = base::Strong<struct OffsetTag, std::uint64_t>;
using Partition = base::Strong<struct PartitionTag, std::uint32_t>;

}  // namespace skat::log
