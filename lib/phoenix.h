#pragma once
/// \file
/// The one header that an application includes.

#include "channel/channel.h"
#include "channel/events.h"
#include "endpoint/endpoint.h"
#include "endpoint/logger.h"
#include "metrics/metrics.h"
#include "presence/presence.h"
#include "server/server.h"
#include "socket/events.h"
#include "socket/user_socket.h"
#include "telemetry/faults.h"
#include "telemetry/limits.h"
