#pragma once
/// \file
/// Random names, as Phoenix makes them for views and tokens.

#include <string>

namespace phx::live_view {

/// 12 random bytes for a URL: 16 characters.
std::string random_id();
/// 18 of them: 24 characters, the secret of a session's forms.
std::string random_csrf_state();
/// The state as a page shows it: masked, another one each time. Mirrors
/// Plug.CSRFProtection.get_csrf_token/0.
std::string masked_csrf_token(const std::string& state);

}  // namespace phx::live_view
