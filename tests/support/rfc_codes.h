// Codes of the RFC seeds, computed by programs that are not ours.
//
// The seed is "12345678901234567890" (RFC 4226 appendix D, RFC 6238 appendix B), in hexadecimal
// S=3132333435363738393031323334353637383930. Every value below was also computed with Python's hmac module.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace twinlock::test {

inline constexpr std::string_view kSeed20 = "12345678901234567890";
inline constexpr std::string_view kSeed32 = "12345678901234567890123456789012";
inline constexpr std::string_view kSeed64 = "1234567890123456789012345678901234567890123456789012345678901234";

/// oathtool --totp -d 6 -N @1111110000 -w 99 $S: one code for each 30 s step from 37037000 on.
/// Steps 37037036 and 37037037 are those of RFC 6238 (07081804 and 14050471).
inline constexpr std::uint64_t kFirstStep = 37037000;
inline constexpr std::array<std::string_view, 100> kTotpCodes = {
    "600311", "840834", "547973", "277312", "488561", "657720", "550134", "624485", "900413", "390401",
    "548372", "195753", "433391", "679984", "285819", "844472", "569395", "913130", "895462", "890065",
    "787795", "213930", "499600", "034186", "924293", "787670", "338819", "755423", "156289", "257124",
    "335769", "677498", "734088", "404137", "150727", "731029", "081804", "050471", "266759", "306183",
    "466594", "754889", "511787", "813955", "474409", "655883", "272560", "536305", "573002", "562951",
    "891129", "346273", "427274", "550320", "664558", "533263", "638063", "580710", "494068", "407348",
    "753982", "300613", "207346", "941926", "903073", "397530", "393293", "453447", "565820", "570641",
    "804954", "766685", "591397", "338317", "989749", "596985", "493443", "593221", "975172", "931116",
    "453429", "399109", "730803", "540934", "996249", "140578", "581396", "194849", "917100", "164452",
    "633021", "736150", "602060", "009015", "852641", "173668", "005833", "253608", "668361", "429043"};

/// oathtool --hotp -c 0 -w 39 -d 6 $S; the first ten stand in RFC 4226 appendix D.
inline constexpr std::array<std::string_view, 40> kHotpCodes = {
    "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
    "403154", "481090", "868912", "736127", "229903", "436521", "186581", "447589", "903435", "578337",
    "328281", "191635", "184416", "574561", "797908", "396619", "122382", "939082", "908316", "316591",
    "026920", "523596", "370250", "841346", "749439", "037211", "003784", "520231", "521952", "619416"};

/// A code that comes up twice: oathtool --totp -d 6 -N @1800000000 $S and -N @1815074460 $S both say 768147.
inline constexpr std::string_view kRecurringCode = "768147";
inline constexpr UnixTime kRecurringFirst{1800000000};
inline constexpr UnixTime kRecurringAgain{1815074460};

/// Two steps that follow each other with the same code: oathtool --totp -d 6 -N @1862261040 -w 1 $S says 235522 twice.
inline constexpr std::string_view kTwinCode = "235522";
inline constexpr UnixTime kTwinFirst{1862261040};

constexpr std::string_view totp_at(std::uint64_t step) { return kTotpCodes.at(step - kFirstStep); }
constexpr UnixTime start_of(std::uint64_t step) { return {static_cast<std::int64_t>(step) * 30}; }

/// The step in which most tests happen, and a moment in it: the one of RFC 6238.
inline constexpr std::uint64_t kStep = 37037036;
inline constexpr UnixTime kNow{1111111109};
/// No token of the RFC seeds shows this anywhere near kNow.
inline constexpr std::string_view kWrongCode = "000001";

}  // namespace twinlock::test
