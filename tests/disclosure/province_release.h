#pragma once

#include <fstream>

#include "cells_file.h"

namespace songhua::disclosure::test {

// The release of the demonstration province, its real cells; tests/data/province_release says where they are from.
inline const Release& release() {
  static const auto all = [] {
    std::ifstream in(SONGHUA_TEST_DATA "/province_release/cells.txt");
    return read(in);
  }();
  return all;
}

}  // namespace songhua::disclosure::test
