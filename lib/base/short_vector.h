#pragma once
/// \file
/// A vector that is itself only sixteen bytes: for objects of which there are many.

#include <boost/container/options.hpp>
#include <boost/container/vector.hpp>
#include <cstdint>

namespace phx {

/// As a std::vector, which takes twenty-four; for fewer than four billion items.
template <class T>
using ShortVector = boost::container::vector<
    T, void, boost::container::vector_options_t<boost::container::stored_size<std::uint32_t>>>;

}  // namespace phx
