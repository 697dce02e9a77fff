#include "cli/backup/clock_check.h"

#include "account/distrust.h"
#include "base/clock.h"
#include "base/printable.h"

namespace twinlock {

void ClockCheck::see(const Username& user, const Record& record) {
  const UnixTime moment = latest_moment(record);
  if (!latest_ || latest_->moment < moment) latest_ = Seen{moment, user};
}

Result<void> ClockCheck::judge(UnixTime now, ClockTrust trust) const {
  if (trust == ClockTrust::kTrusted || !latest_ || latest_->moment <= now) return done();
  return Error{
      Error::Code::kRefused, "clock",
      "is behind: the record of " + printable(latest_->user.text()) + " was changed at " + local_text(latest_->moment),
      std::string(kClockMend)};
}

}  // namespace twinlock
