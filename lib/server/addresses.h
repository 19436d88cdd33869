#pragma once
/// \file
/// How many connections each address has, so that no one of them takes all.

#include <cstddef>
#include <memory>
#include <string>

namespace phx::server {

/// Any thread. The places outlive it.
class Addresses {
 public:
  /// Held as long as the connection lives.
  using Place = std::shared_ptr<const void>;

  /// `limit` connections an address.
  explicit Addresses(std::size_t limit);

  struct Admission {
    Place place = {};            ///< Nothing where the address has as many as it may.
    bool first_refusal = false;  ///< Since it last had room: worth a line in the log.
  };
  Admission admit(const std::string& address);

  std::size_t limit() const { return limit_; }
  /// Addresses that have a connection.
  std::size_t known() const;

 private:
  struct Counts;
  const std::size_t limit_;
  const std::shared_ptr<Counts> counts_;
};

}  // namespace phx::server
