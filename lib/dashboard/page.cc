/// The page's files, as they lie in page/: the assembler puts them into the library.

#include <algorithm>
#include <array>

#include "dashboard/dashboard.h"

// A file as bytes between two symbols. The path is the project's: the build runs in its folder.
#define PHX_PAGE(name, file)                                \
  __asm__(".pushsection .rodata\n" #name                    \
          "_begin:\n"                                       \
          ".incbin \"lib/dashboard/page/" file "\"\n" #name \
          "_end:\n"                                         \
          ".popsection\n");                                 \
  extern "C" __attribute__((visibility("hidden"))) const char name##_begin[], name##_end[]

PHX_PAGE(phx_dashboard_html, "index.html");
PHX_PAGE(phx_dashboard_css, "dashboard.css");
PHX_PAGE(phx_dashboard_app, "app.mjs");
PHX_PAGE(phx_dashboard_api, "api.mjs");
PHX_PAGE(phx_dashboard_live, "live.mjs");
PHX_PAGE(phx_dashboard_plot, "plot.mjs");
PHX_PAGE(phx_dashboard_table, "table.mjs");
PHX_PAGE(phx_dashboard_views, "views.mjs");

namespace phx {
namespace {

struct Part {
  std::string_view path;
  std::string_view type;
  const char* begin;
  const char* end;
};

constexpr std::string_view script = "text/javascript; charset=utf-8";

const std::array parts{
    Part{"/dashboard", "text/html; charset=utf-8", phx_dashboard_html_begin,
         phx_dashboard_html_end},
    Part{"/dashboard/dashboard.css", "text/css; charset=utf-8", phx_dashboard_css_begin,
         phx_dashboard_css_end},
    Part{"/dashboard/app.mjs", script, phx_dashboard_app_begin, phx_dashboard_app_end},
    Part{"/dashboard/api.mjs", script, phx_dashboard_api_begin, phx_dashboard_api_end},
    Part{"/dashboard/live.mjs", script, phx_dashboard_live_begin, phx_dashboard_live_end},
    Part{"/dashboard/plot.mjs", script, phx_dashboard_plot_begin, phx_dashboard_plot_end},
    Part{"/dashboard/table.mjs", script, phx_dashboard_table_begin, phx_dashboard_table_end},
    Part{"/dashboard/views.mjs", script, phx_dashboard_views_begin, phx_dashboard_views_end}};

}  // namespace

std::optional<http::Response> Dashboard::page(std::string_view path) {
  const auto part =
      std::find_if(parts.begin(), parts.end(), [&](const Part& one) { return one.path == path; });
  if (part == parts.end()) return {};
  return http::Response{200,
                        std::string(part->begin, part->end),
                        {{"content-type", std::string(part->type)},
                         {"cache-control", "no-store"},
                         {"content-security-policy",
                          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
                          "'self'; img-src data:; "
                          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                         {"x-content-type-options", "nosniff"},
                         {"referrer-policy", "no-referrer"}}};
}

}  // namespace phx
