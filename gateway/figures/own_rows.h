#pragma once

#include <string_view>

#include "indicators/inputs.h"

namespace songhua::figures {

// What of the centre's import files speaks of one enterprise: its own rows of the register, base figures and prices,
// and all that holds for everybody. An edge box that has files of the whole province computes its own factory only.
[[nodiscard]] indicators::Inputs own_rows(const indicators::Inputs& all, std::string_view enterprise);

}  // namespace songhua::figures
