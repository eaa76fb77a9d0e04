#include "model/vif_id.hpp"

#include "model/number.hpp"

namespace model {
namespace {

/// Two numbers with one byte between them.
std::optional<VifId> parse_numbers(std::string_view text, char between) {
  const std::size_t middle = text.find(between);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto domid = parse_number(text.substr(0, middle), 0, UINT32_MAX);
  const auto devid = parse_number(text.substr(middle + 1), 0, UINT32_MAX);
  if (!domid || !devid) return std::nullopt;
  return VifId{.domid = *domid, .devid = *devid};
}

std::string numbers(const VifId& vif, char between) {
  return std::to_string(vif.domid) + between + std::to_string(vif.devid);
}

}  // namespace

std::optional<VifId> VifId::from_name(std::string_view name) {
  if (!name.starts_with("vif")) return std::nullopt;
  name.remove_prefix(3);
  if (name.ends_with(tap_suffix)) name.remove_suffix(tap_suffix.size());
  return parse_numbers(name, '.');
}

std::optional<VifId> VifId::from_path(std::string_view path) {
  constexpr std::string_view folder = "backend/vif/";
  const std::size_t start = path.rfind(folder);
  if (start == std::string_view::npos || (start > 0 && path[start - 1] != '/')) return std::nullopt;
  return parse_numbers(path.substr(start + folder.size()), '/');
}

std::optional<VifId> VifId::from_device(std::string_view device) {
  if (!device.starts_with("vif-")) return std::nullopt;
  return parse_numbers(device.substr(4), '-');
}

std::string VifId::name(bool tap) const {
  return "vif" + numbers(*this, '.') + (tap ? std::string(tap_suffix) : "");
}

std::string VifId::device() const {
  return "vif-" + numbers(*this, '-');
}

std::string VifId::backend_path() const {
  return "backend/vif/" + numbers(*this, '/');
}

bool is_vif_name(std::string_view name) {
  if (VifId::from_name(name)) return true;
  return name.starts_with("tap") && VifId::from_name("vif" + std::string(name.substr(3)));
}

}  // namespace model
