// For LD_PRELOAD: lets a client that has no option for it connect from the IPv4 address in BIND_SOURCE.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>

extern "C" __attribute__((visibility("default"))) int connect(int fd, const sockaddr* address, socklen_t length) {
  using Connect = int (*)(int, const sockaddr*, socklen_t);
  static const auto real = reinterpret_cast<Connect>(::dlsym(RTLD_NEXT, "connect"));
  const char* source = std::getenv("BIND_SOURCE");
  sockaddr_in local{};
  local.sin_family = AF_INET;
  const bool wanted = address->sa_family == AF_INET && source != nullptr;
  if (wanted && ::inet_pton(AF_INET, source, &local.sin_addr) == 1) {
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) return -1;
  }
  return real(fd, address, length);
}
