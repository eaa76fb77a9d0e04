#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What sentences and lines are put together from.
namespace command {

/// `parts` with `separator` between them.
std::string joined(const std::vector<std::string>& parts, const char* separator);

/// "1 VLAN", "2 VLANs"
std::string counted(std::uint64_t count, const char* noun);

/// `text` with `to` wherever `from` is, which is not empty.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace command
