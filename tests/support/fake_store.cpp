#include "fake_store.hpp"

#include <cerrno>

#include "model/error.hpp"

namespace support {
namespace {

model::Error refused(const std::string& action, int errnum) {
  return model::Error({.action = action, .reason = model::error_text(errnum), .errnum = errnum});
}

class FakeStore final : public xen::Store {
 public:
  explicit FakeStore(FakeXenstored& daemon) : daemon_(daemon) {}

  std::optional<std::vector<std::string>> list(const std::string& path) override {
    if (daemon_.closed.contains(path))
      throw refused("list " + path + " in xenstore", daemon_.refusal);
    bool found = daemon_.nodes.contains(path);
    std::set<std::string> names;
    for (const auto& [node, value] : daemon_.nodes) {
      if (!node.starts_with(path + "/")) continue;
      found = true;
      const std::size_t start = path.size() + 1;
      names.insert(node.substr(start, node.find('/', start) - start));
    }
    if (!found) return std::nullopt;
    return std::vector<std::string>(names.begin(), names.end());
  }

  std::optional<std::string> read(const std::string& path) override {
    ++daemon_.reads;
    if (daemon_.hidden.contains(path)) throw refused("read " + path + " in xenstore", EACCES);
    const auto node = daemon_.nodes.find(path);
    return node == daemon_.nodes.end() ? std::nullopt : std::optional(node->second);
  }

  void write(const xen::Node& node) override { write_together({node}); }

  void write_together(const std::vector<xen::Node>& nodes) override {
    for (const auto& [path, value] : nodes) {
      if (daemon_.closed.contains(path)) {
        throw refused("write " + path + " in xenstore", daemon_.refusal);
      }
    }
    daemon_.writes.emplace_back();
    for (const auto& [path, value] : nodes) {
      daemon_.nodes[path] = value;
      daemon_.writes.back().push_back(path + "=" + value);
    }
  }

 private:
  FakeXenstored& daemon_;
};

}  // namespace

xen::OpenStore FakeXenstored::door() {
  return [this]() -> std::unique_ptr<xen::Store> {
    ++opened;
    if (down) {
      throw model::Error({.action = "reach xenstored",
                          .reason = model::error_text(ENOENT),
                          .remedy = "start xenstored",
                          .errnum = ENOENT});
    }
    return std::make_unique<FakeStore>(*this);
  };
}

}  // namespace support
