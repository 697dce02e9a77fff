#include "cli/doctor/system_pam.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace twinlock {
namespace {

constexpr std::size_t kLargestText = 1 << 20;
constexpr const char* kPamDirectory = "/etc/pam.d";

bool is_file(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode);
}

/// Where distributions keep PAM modules.
std::vector<std::string> module_directories() {
  std::vector<std::string> directories{"/lib/security", "/usr/lib/security", "/lib64/security", "/usr/lib64/security"};
  for (const char* top : {"/lib", "/usr/lib"}) {
    std::error_code unreadable;
    for (const auto& entry : std::filesystem::directory_iterator(top, unreadable)) {
      if (entry.path().filename().string().find("-linux-") == std::string::npos) continue;
      directories.push_back(entry.path() / "security");
    }
  }
  return directories;
}

}  // namespace

bool is_installed(const PamHandler& handler) { return find_pam_module(handler).has_value(); }

std::optional<std::string> read_text_file(const std::string& path) {
  if (!is_file(path)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kLargestText, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::optional<PamFile> read_pam_file(const std::string& name) {
  std::vector<std::string> paths{name};
  if (!name.starts_with('/'))
    paths = {kPamDirectory + ("/" + name), "/usr/lib/pam.d/" + name, "/usr/share/pam.d/" + name};
  for (const std::string& path : paths) {
    if (auto text = read_text_file(path)) return PamFile{path, std::move(*text)};
  }
  return std::nullopt;
}

std::vector<std::string> pam_services() {
  std::vector<std::string> names;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(kPamDirectory, unreadable)) {
    const std::string name = entry.path().filename();
    // What packages and editors leave behind is no service.
    if (name.find_first_of(".~#") == std::string::npos) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::optional<std::string> find_pam_module(const PamHandler& handler) {
  if (handler.module.starts_with('/')) return is_file(handler.module) ? std::optional(handler.module) : std::nullopt;
  for (const std::string& directory : module_directories()) {
    const std::string path = directory + "/" + handler.module;
    if (is_file(path)) return path;
  }
  return std::nullopt;
}

}  // namespace twinlock
