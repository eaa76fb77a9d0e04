#include "plan/operation.hpp"

#include <utility>

namespace plan {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::vector<std::string> phrases(const std::string& link, const LinkSettings& to,
                                 const LinkSettings& from) {
  std::vector<std::string> list;
  if (to.mac) list.push_back("set MAC of " + link + " to " + to.mac->text());
  if (to.mtu) list.push_back("set MTU of " + link + " to " + std::to_string(*to.mtu));
  if (to.name) list.push_back("rename " + link + " to " + *to.name);
  if (to.bridge && !to.bridge->empty()) list.push_back("add " + link + " to bridge " + *to.bridge);
  if (to.bridge && to.bridge->empty()) {
    list.push_back("remove " + link + " from bridge " + from.bridge.value_or(""));
  }
  if (to.stp) list.push_back("switch STP of " + link + (*to.stp ? " on" : " off"));
  if (to.forward_delay) {
    list.push_back("set forward delay of " + link + " to " +
                   std::to_string(*to.forward_delay / 100) + " s");
  }
  if (to.up) list.push_back("set " + link + (*to.up ? " up" : " down"));
  return list;
}

std::string describe_change(const ChangeLink& change) {
  std::string text;
  for (const std::string& phrase : phrases(change.link, change.to, change.from)) {
    text += (text.empty() ? "" : ", ") + phrase;
  }
  return text;
}

ChangeLink inverse_change(const ChangeLink& change) {
  ChangeLink back{
      .link = change.to.name.value_or(change.link), .to = change.from, .from = change.to};
  if (change.to.name) back.to.name = change.link;
  return back;
}

}  // namespace

std::string describe(const Operation& operation) {
  return std::visit(
      Overloaded{
          [](const CreateVlanLink& op) {
            return "create VLAN link " + op.name + " on " + op.trunk + " with VID " + op.vid.text();
          },
          [](const CreateBridge& op) { return "create bridge " + op.name; },
          [](const AddAltName& op) {
            return "give " + op.link + " the alternative name " + op.alt_name;
          },
          [](const SetIpv6& op) {
            return std::string("switch IPv6 ") + (op.enabled ? "on" : "off") + " on " + op.link;
          },
          [](const ChangeLink& op) { return describe_change(op); },
          [](const DeleteAddress& op) {
            return "remove address " + op.address + " from " + op.link;
          },
          [](const DeleteLink& op) { return "delete " + op.name; },
          [](const DeleteMarked&) { return std::string("delete all links that xvlan made"); },
      },
      operation);
}

std::optional<Operation> inverse(const Operation& operation) {
  using Undo = std::optional<Operation>;
  return std::visit(Overloaded{
                        [](const CreateVlanLink& op) { return Undo(DeleteLink{op.name}); },
                        [](const CreateBridge& op) { return Undo(DeleteLink{op.name}); },
                        [](const SetIpv6& op) {
                          return Undo(SetIpv6{op.link, !op.enabled});
                        },
                        [](const ChangeLink& op) { return Undo(inverse_change(op)); },
                        [](const auto&) { return Undo(); },
                    },
                    operation);
}

Plan split(const Operation& operation) {
  const auto* change = std::get_if<ChangeLink>(&operation);
  if (change == nullptr) return {operation};
  Plan parts;
  std::string link = change->link;
  const auto part = [&](auto LinkSettings::*setting) {
    if (!(change->to.*setting)) return;
    ChangeLink one{.link = link, .to = {}, .from = {}};
    one.to.*setting = change->to.*setting;
    one.from.*setting = change->from.*setting;
    parts.emplace_back(std::move(one));
  };
  part(&LinkSettings::mac);
  part(&LinkSettings::mtu);
  part(&LinkSettings::name);
  link = change->to.name.value_or(link);
  part(&LinkSettings::bridge);
  part(&LinkSettings::stp);
  part(&LinkSettings::forward_delay);
  part(&LinkSettings::up);
  return parts;
}

const std::string* created_link(const Operation& operation) {
  if (const auto* vlan = std::get_if<CreateVlanLink>(&operation)) return &vlan->name;
  if (const auto* bridge = std::get_if<CreateBridge>(&operation)) return &bridge->name;
  return nullptr;
}

std::string subject(const Operation& operation) {
  return std::visit(Overloaded{
                        [](const CreateVlanLink& op) { return op.name; },
                        [](const CreateBridge& op) { return op.name; },
                        [](const DeleteLink& op) { return op.name; },
                        [](const DeleteMarked&) { return std::string(); },
                        [](const auto& op) { return op.link; },
                    },
                    operation);
}

}  // namespace plan
