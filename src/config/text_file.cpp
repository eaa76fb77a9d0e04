#include "config/text_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

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

using OpenFile = std::unique_ptr<std::FILE, CloseFile>;

std::string read_all(std::FILE* file, const std::string& path) {
  std::string text;
  std::array<char, 4096> page{};
  std::size_t count = 0;
  do {
    count = std::fread(page.data(), 1, page.size(), file);
    const int errnum = errno;
    if (std::ferror(file) != 0) throw unreadable(path, errnum);
    text.append(page.data(), count);
  } while (count > 0);
  return text;
}

bool is_regular(std::FILE* file) {
  struct stat status = {};
  return ::fstat(::fileno(file), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

std::optional<std::string> read_text(const std::string& path) {
  const OpenFile file(std::fopen(path.c_str(), "re"));
  const int errnum = errno;
  if (file) return read_all(file.get(), path);
  if (errnum == ENOENT) return std::nullopt;
  throw unreadable(path, errnum);
}

std::optional<std::string> read_regular(const std::string& path) {
  // Opening a pipe would wait for somebody to write.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  const int errnum = errno;
  const OpenFile file(descriptor < 0 ? nullptr : ::fdopen(descriptor, "r"));
  if (file && is_regular(file.get())) return read_all(file.get(), path);
  // A socket or the device of nobody can't be opened at all.
  if (file || errnum == ENOENT || errnum == ENXIO || errnum == ENODEV) return std::nullopt;
  throw unreadable(path, errnum);
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
