#include "model/vif_name.hpp"

#include "model/number.hpp"

namespace model {

std::optional<VifName> VifName::parse(std::string_view text) {
  if (!text.starts_with("vif")) return std::nullopt;
  text.remove_prefix(3);
  const bool emulated = text.ends_with("-emu");
  if (emulated) text.remove_suffix(4);
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto domid = parse_number(text.substr(0, dot), 0, UINT32_MAX);
  const auto devid = parse_number(text.substr(dot + 1), 0, UINT32_MAX);
  if (!domid || !devid) return std::nullopt;
  return VifName{.domid = *domid, .devid = *devid, .emulated = emulated};
}

std::string VifName::backend_path() const {
  return "backend/vif/" + std::to_string(domid) + "/" + std::to_string(devid);
}

}  // namespace model
