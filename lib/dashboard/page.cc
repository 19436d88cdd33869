/// The page's files, as they lie in page/: the assembler puts them into the library.

#include <algorithm>
#include <array>

#include "base/embed.h"
#include "dashboard/dashboard.h"

PHX_EMBED(phx_dashboard_html, "lib/dashboard/page/index.html");
PHX_EMBED(phx_dashboard_css, "lib/dashboard/page/dashboard.css");
PHX_EMBED(phx_dashboard_app, "lib/dashboard/page/app.mjs");
PHX_EMBED(phx_dashboard_api, "lib/dashboard/page/api.mjs");
PHX_EMBED(phx_dashboard_live, "lib/dashboard/page/live.mjs");
PHX_EMBED(phx_dashboard_plot, "lib/dashboard/page/plot.mjs");
PHX_EMBED(phx_dashboard_table, "lib/dashboard/page/table.mjs");
PHX_EMBED(phx_dashboard_views, "lib/dashboard/page/views.mjs");

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
