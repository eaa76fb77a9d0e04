#include "xen/hook_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "xen/child.hpp"

namespace xen {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/// Editors and package managers leave copies beside a file, which have other names. What is no
/// ASCII, or has a blank in it, is none either: messages tell the name.
bool is_hook_name(std::string_view name) {
  if (!name.ends_with(".hook")) return std::all_of(name.begin(), name.end(), is_plain);
  return !name.starts_with('.') &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// Why that file or folder is not root's alone; empty if it is. `it` is what to call it.
std::string distrust_of(const struct stat& status, const std::string& it) {
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) return it + " does not belong to root";
  const bool group_is_root = status.st_gid == 0;
  const bool others_write = (status.st_mode & S_IWOTH) != 0;
  const bool group_writes = (status.st_mode & S_IWGRP) != 0 && !group_is_root;
  return others_write || group_writes ? "others than root can write to " + it : "";
}

/// The names that hooks may have, in the order of their bytes, as a shell sorts them.
std::vector<std::string> hook_names(DIR* folder) {
  std::vector<std::string> names;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): xvlan has one thread.
  while (const dirent* const entry = ::readdir(folder)) {
    if (is_hook_name(entry->d_name)) names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::vector<Hook> HookFolder::find() {
  std::vector<Hook> hooks;
  const Folder folder(::opendir(places_.folder.c_str()));
  struct stat status {};
  if (!folder || ::fstat(::dirfd(folder.get()), &status) != 0) return hooks;
  const std::string of_folder = distrust_of(status, "its folder");
  for (const std::string& name : hook_names(folder.get())) {
    if (::fstatat(::dirfd(folder.get()), name.c_str(), &status, 0) != 0) continue;
    if (!S_ISREG(status.st_mode) || (status.st_mode & S_IXUSR) == 0) continue;
    const std::string of_file = distrust_of(status, "it");
    hooks.push_back({places_.folder + "/" + name, of_file.empty() ? of_folder : of_file});
  }
  return hooks;
}

std::optional<std::string> HookFolder::run(const Hook& hook,
                                           const std::vector<Variable>& variables) {
  Program program{.words = {places_.runner, hook.path}, .output = places_.log};
  for (const auto& [name, value] : variables) program.environment.push_back(name + "=" + value);
  return run_program(program, left_);
}

}  // namespace xen
