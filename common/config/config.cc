#include "config/config.h"

namespace twinlock {
namespace {

ServiceConfig opens_samba() {
  ServiceConfig service;
  service.lease = Seconds(10 * 3600);
  service.opens = {*ServiceName::parse("samba")};
  return service;
}

}  // namespace

ServiceConfigs default_services() { return {{"sshd", opens_samba()}, {"samba", opens_samba()}}; }

const ServiceConfig& service_config(const Config& config, const ServiceName& service) {
  static const ServiceConfig kEarnsNothing;
  const auto found = config.services.find(service.text());
  return found == config.services.end() ? kEarnsNothing : found->second;
}

}  // namespace twinlock
