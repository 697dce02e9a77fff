#include "cli/doctor/backup_age.h"

#include <chrono>
#include <cstdio>
#include <string>

#include "cli/json.h"

namespace twinlock {

std::optional<UnixTime> time_of_backup(std::string_view text) {
  const Json told = Json::parse(text, nullptr, false);
  if (!told.is_object() || !told.contains("time") || !told["time"].is_string()) return std::nullopt;
  const std::string time = told["time"].get<std::string>();
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  char zone = 0;
  // NOLINTNEXTLINE(cert-err34-c): the ranges are checked below
  const int parts =
      std::sscanf(time.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%c", &year, &month, &day, &hour, &minute, &second, &zone);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (parts != 7 || zone != 'Z' || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days_since = std::chrono::sys_days(date).time_since_epoch().count();
  return UnixTime{days_since * 86400 + hour * 3600 + minute * 60 + second};
}

}  // namespace twinlock
