#include "model/ifname.hpp"

#include <algorithm>
#include <cstdint>

#include "model/error.hpp"

namespace model {
namespace {

std::string use_action(std::string_view what, std::string_view text) {
  return "use " + std::string(what) + "=" + std::string(text);
}

constexpr std::size_t longest_alternative = 127;  // ALTIFNAMSIZ - 1, linux/if.h

bool allowed(char byte) {
  switch (byte) {
    case '/':
    case ':':
    case ' ':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
      return false;
    default:
      return true;
  }
}

bool valid_apart_from_length(std::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), allowed);
}

std::string hash_digits(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  hash = (hash >> 16U) ^ (hash & 0xffffU);
  std::string digits;
  for (unsigned shift = 16; shift > 0; shift -= 4) {
    digits += "0123456789abcdef"[(hash >> (shift - 4)) & 0xfU];
  }
  return digits;
}

}  // namespace

bool IfName::valid(std::string_view text) noexcept {
  return text.size() <= longest && valid_apart_from_length(text);
}

bool IfName::valid_to_find(std::string_view text) noexcept {
  return text.size() <= longest_alternative && valid_apart_from_length(text);
}

IfName IfName::parse(std::string_view what, std::string_view text) {
  if (text.size() > longest) {
    throw usage_error(use_action(what, text), "the name has " + std::to_string(text.size()) +
                                                  " bytes, a link's name at most " +
                                                  std::to_string(longest));
  }
  if (!valid(text)) {
    throw usage_error(
        use_action(what, text),
        text.empty() ? "the name is empty"
                     : "a link's name contains no '/', ':' or blank, and is neither '.' nor '..'");
  }
  return IfName(std::string(text));
}

NameTemplate::NameTemplate(std::string_view what, std::string_view pattern, std::string_view trunk)
    : what_(what), pattern_(pattern), pieces_(1) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      pieces_.back() += pattern[i];
      continue;
    }
    const char letter = ++i < pattern.size() ? pattern[i] : '\0';
    if (letter == 't' && !trunk.empty()) {
      pieces_.back() += trunk;
    } else if (letter == 'v') {
      pieces_.emplace_back();
    } else {
      throw usage_error(
          use_action(what, pattern),
          trunk.empty() ? "a template of VXLAN links and their bridges knows %v (the VLAN ID) only"
                        : "a template knows %t (the trunk) and %v (the VLAN ID) only");
    }
  }
}

MadeName NameTemplate::fill(Vid vid) const {
  const std::string digits = vid.text();
  std::string full = pieces_.front();
  for (std::size_t i = 1; i < pieces_.size(); ++i) full.append(digits).append(pieces_[i]);
  if (full.size() <= IfName::longest) return {.name = IfName::parse(what_, full), .full = {}};
  if (!IfName::valid_to_find(full)) {
    throw usage_error(use_action(what_, pattern_),
                      "it gives '" + full + "', which can't name a link");
  }
  const std::string tail = "-" + hash_digits(full) + "." + digits;  // 10 bytes at most
  const std::string shortened = full.substr(0, IfName::longest - tail.size()) + tail;
  return {.name = IfName::parse(what_, shortened), .full = full};
}

bool NameTemplate::tells_vids_apart() const {
  const std::string& front = pieces_.front();
  return pieces_.size() == 2 && pieces_.back().empty() && !front.empty() &&
         (front.back() < '0' || front.back() > '9');
}

std::string_view NameTemplate::stem() const {
  constexpr std::size_t always_kept = IfName::longest - 10;  // see fill
  return std::string_view(pieces_.front()).substr(0, always_kept);
}

}  // namespace model
