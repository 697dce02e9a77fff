#include "store/store_url.h"

#include <string>

#include "store/file_store.h"

namespace twinlock {
namespace {

constexpr std::string_view kPostgresqlScheme = "postgresql:";
constexpr const char* kMend = "write it as \"file:/var/lib/twinlock/users\"";

Error unusable_url(std::string why, std::string mend) {
  return {Error::Code::kConfig, "store.url", std::move(why), std::move(mend)};
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(std::string_view url, KeySource& keys) {
  // Never quoted: a database's URL may hold a password.
  if (url.starts_with(kPostgresqlScheme)) {
    return unusable_url("asks for PostgreSQL, and this build has no such engine", kMend);
  }
  if (!url.starts_with(kFileScheme)) return unusable_url("names no known kind of store", kMend);
  const auto path = url.substr(kFileScheme.size());
  if (path.starts_with("//")) return unusable_url("has two slashes, which would mean a host", kMend);
  if (!path.starts_with('/')) return unusable_url("holds no absolute path", kMend);
  if (path.find('\0') != std::string_view::npos) return unusable_url("holds a NUL byte", kMend);
  return make_file_store(std::string(path), keys);
}

}  // namespace twinlock
