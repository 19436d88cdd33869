/// Asks a channel, and leaves open the members that are not judged.

#include "conformance/suite/rules/connect_info.h"

namespace phx::conformance {
namespace {

void ask(Client& client) { client.send(R"(["1","2","{topic}","connect_info",{}])"); }

}  // namespace

void expect_connect_params(Trial& t, const Opening& opening, const std::string& params) {
  Client& client = t.join(opening);
  ask(client);
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{
      "peer":{any},"user_agent":{any},"x_headers":{any},"trace_context_headers":{any},
      "uri":{any},"auth_token":{any},"params":)" +
                t.connect_params(params) + "}}]");
}

void expect_auth_token(Trial& t, const Opening& opening, const std::string& token) {
  Client& client = t.join(opening);
  ask(client);
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{
      "peer":{any},"user_agent":{any},"x_headers":{any},"trace_context_headers":{any},
      "uri":{any},"params":{any},"auth_token":)" +
                token + "}}]");
}

}  // namespace phx::conformance
