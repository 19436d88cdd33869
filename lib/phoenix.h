#pragma once
/// \file
/// The one header that an application includes, and the names that it says every day.
///
/// What an application writes and reads is in `phx` itself. Where a name lives in a layer of its
/// own, the lists below bring it here; the rest of a layer stays under that layer's name, as
/// `phx::telemetry::on` does.

#include "channel/channel.h"
#include "channel/events.h"
#include "dashboard/dashboard.h"
#include "endpoint/endpoint.h"
#include "endpoint/logger.h"
#include "live_view/live.h"
#include "metrics/metrics.h"
#include "net/redis_pubsub.h"
#include "presence/presence.h"
#include "server/admin_api.h"
#include "server/server.h"
#include "socket/events.h"
#include "socket/user_socket.h"
#include "telemetry/faults.h"
#include "telemetry/limits.h"
#include "version.h"

namespace phx {

// Endpoint::socket: what a mount allows.
using socket::DrainOptions;
using socket::MessageRate;
using transport::ConnectInfoKeys;
using transport::LongpollOptions;
using transport::Mount;
using transport::Origins;
using transport::WebsocketOptions;

// EndpointOptions, and what is signed.
using tokens::SessionCookie;
using tokens::SessionOptions;
using transport::ForceSsl;
using transport::random_secret;

// Endpoint::get and post: pages.
using http::Request;
using http::Response;

// Channel::handle_info, Endpoint::child: processes and their mail.
using process::Down;
using process::Message;
using process::Pid;
using process::Process;
using process::Restart;

// What channels and processes receive on a topic.
using pubsub::Event;
using pubsub::event_in;
using pubsub::Subscription;
using serializer::Broadcast;

// Payloads, and the versions of the wire.
using serializer::EncodeError;
using serializer::Offer;
using serializer::Status;

}  // namespace phx
