// Reads tests/vectors/*.txt: one case a line, fields parted by blanks, '#' begins a comment line.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace twinlock::test {

/// The cases, each split into its fields. Throws where the file cannot be read.
inline std::vector<std::vector<std::string>> read_vectors(const std::string& file) {
  std::ifstream stream(std::string(TWINLOCK_VECTORS) + "/" + file);
  if (!stream) throw std::runtime_error("cannot read the vectors " + file);
  std::vector<std::vector<std::string>> cases;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    cases.emplace_back();
    for (std::string field; fields >> field;) cases.back().push_back(field);
  }
  return cases;
}

}  // namespace twinlock::test
