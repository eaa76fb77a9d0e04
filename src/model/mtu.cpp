#include "model/mtu.hpp"

#include "model/error.hpp"
#include "model/number.hpp"

namespace model {

std::optional<Mtu> Mtu::read(std::string_view text) {
  const auto value = parse_number(text, lowest, highest);
  return value ? std::optional(Mtu(*value)) : std::nullopt;
}

Mtu Mtu::parse(std::string_view what, std::string_view text) {
  if (const auto mtu = read(text)) return *mtu;
  throw usage_error("use " + std::string(what) + "=" + std::string(text), "it must be " + range());
}

std::string Mtu::range() {
  return "a number of bytes from " + std::to_string(lowest) + " to " + std::to_string(highest);
}

}  // namespace model
