#pragma once
/// \file
/// The options that make a port speak TLS.

#include <string>

#include "base/time.h"

namespace phx {

/// Where the certificate and its key are: files in PEM form.
struct TlsOptions {
  std::string cert;  ///< The server's certificate, followed by its chain, in order.
  std::string key;   ///< Its private key, not encrypted.
  Millis handshake_patience{10'000};  ///< A client whose handshake takes longer is dropped.
};

}  // namespace phx
