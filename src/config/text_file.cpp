#include "config/text_file.hpp"

#include <dirent.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "model/error.hpp"

namespace config {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { (void)::closedir(folder); }
};

model::Error unreadable(const std::string& path, int errnum) {
  return model::usage_error("read " + path, model::error_text(errnum));
}

}  // namespace

std::optional<std::string> read_text(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (!file) {
    const int errnum = errno;
    if (errnum == ENOENT) return std::nullopt;
    throw unreadable(path, errnum);
  }
  std::string text;
  std::array<char, 4096> page{};
  std::size_t count = 0;
  do {
    count = std::fread(page.data(), 1, page.size(), file.get());
    const int errnum = errno;
    if (std::ferror(file.get()) != 0) throw unreadable(path, errnum);
    text.append(page.data(), count);
  } while (count > 0);
  return text;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> open_folder(::opendir(folder.c_str()));
  if (!open_folder) return names;
  while (const dirent* const entry = ::readdir(open_folder.get())) {
    names.emplace_back(static_cast<const char*>(entry->d_name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace config
