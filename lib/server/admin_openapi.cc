/// Describes the API, for people and for client generators: docs/openapi.json. Two operations list
/// the same responses, because OpenAPI can refer to a response, but not to a list of them.

#include "server/admin_api.h"

namespace phx {
namespace {

constexpr std::string_view document = R"json({
  "openapi": "3.1.0",
  "info": {
    "title": "Phoenix Channels: the API of the admin port",
    "description": "What a program in any language asks a node to do. Broadcasts and disconnects reach the clients of all nodes.",
    "version": "1"
  },
  "security": [{ "token": [] }],
  "paths": {
    "/broadcast": {
      "post": {
        "operationId": "broadcast",
        "summary": "Sends an event to every client that has joined the topic",
        "requestBody": {
          "required": true,
          "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Broadcast" } } }
        },
        "responses": {
          "202": { "$ref": "#/components/responses/Accepted" },
          "400": { "$ref": "#/components/responses/Error" },
          "401": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "413": { "$ref": "#/components/responses/Error" },
          "415": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/disconnect": {
      "post": {
        "operationId": "disconnect",
        "summary": "Ends all connections of one user, on all nodes",
        "requestBody": {
          "required": true,
          "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Disconnect" } } }
        },
        "responses": {
          "202": { "$ref": "#/components/responses/Accepted" },
          "400": { "$ref": "#/components/responses/Error" },
          "401": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "413": { "$ref": "#/components/responses/Error" },
          "415": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/presence/{topic}": {
      "get": {
        "operationId": "presence",
        "summary": "Lists everybody who is present on the topic, on all nodes",
        "parameters": [
          { "name": "topic", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }
        ],
        "responses": {
          "200": {
            "description": "By their keys; an empty object if nobody is present",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Presences" } } }
          },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/overview": {
      "get": {
        "operationId": "overview",
        "summary": "The last minutes second by second, the sums over all processes, faults and limits since the start",
        "parameters": [
          { "name": "after", "in": "query", "description": "Only seconds after this number", "schema": { "type": "integer", "minimum": 0, "default": 0 } }
        ],
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Overview" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/processes": {
      "get": {
        "operationId": "processes",
        "summary": "The first processes by a column",
        "parameters": [
          { "name": "sort", "in": "query", "description": "The column", "schema": { "enum": ["mailbox", "mailbox_bytes", "unsent_bytes", "turns", "used", "longest", "load", "monitors", "children", "age"], "default": "mailbox" } },
          { "name": "order", "in": "query", "description": "The largest or the smallest first", "schema": { "enum": ["desc", "asc"], "default": "desc" } },
          { "name": "top", "in": "query", "description": "How many rows", "schema": { "type": "integer", "minimum": 0, "maximum": 500, "default": 50 } },
          { "name": "text", "in": "query", "description": "Only rows with this text in their kind, name or topic", "schema": { "type": "string" } },
          { "name": "parent", "in": "query", "description": "Only the children of this pid; root: only processes without a parent", "schema": { "type": "string" } }
        ],
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Processes" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/processes/{pid}": {
      "get": {
        "operationId": "process",
        "summary": "One process, with the types of the mail that waits for it",
        "parameters": [
          { "name": "pid", "in": "path", "required": true, "description": "Shard and serial", "schema": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+$" } }
        ],
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Process" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/processes/{pid}/end": {
      "post": {
        "operationId": "end_process",
        "summary": "Ends a process at once, as Process.exit(pid, :kill) does",
        "parameters": [
          { "name": "pid", "in": "path", "required": true, "description": "Shard and serial", "schema": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+$" } }
        ],
        "responses": {
          "202": { "description": "It is asked to end at once", "content": { "application/json": { "schema": { "type": "object", "required": ["status"], "properties": { "status": { "const": "ok" } } } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/topics": {
      "get": {
        "operationId": "topics",
        "summary": "The first topics by a column, over all shards of this node",
        "parameters": [
          { "name": "sort", "in": "query", "description": "The column", "schema": { "enum": ["members", "broadcasts", "deliveries"], "default": "members" } },
          { "name": "order", "in": "query", "description": "The largest or the smallest first", "schema": { "enum": ["desc", "asc"], "default": "desc" } },
          { "name": "top", "in": "query", "description": "How many rows", "schema": { "type": "integer", "minimum": 0, "maximum": 500, "default": 50 } },
          { "name": "text", "in": "query", "description": "Only rows with this text in their topic", "schema": { "type": "string" } }
        ],
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Topics" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/nodes": {
      "get": {
        "operationId": "nodes",
        "summary": "Other nodes as Presence hears of them, and the connections to Redis",
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Nodes" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/limits": {
      "get": {
        "operationId": "limits",
        "summary": "Each limit with its option, its value, how near it is, and how often it was reached",
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Limits" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/traces": {
      "get": {
        "operationId": "traces",
        "summary": "The places that traced clients' frames have passed, at most 500",
        "parameters": [
          { "name": "after", "in": "query", "description": "Only those after this number", "schema": { "type": "integer", "minimum": 0, "default": 0 } }
        ],
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Hops" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/dashboard/api/log": {
      "get": {
        "operationId": "log",
        "summary": "The last lines of the log, at most 500 of 1,000",
        "parameters": [
          { "name": "after", "in": "query", "description": "Only lines after this number", "schema": { "type": "integer", "minimum": 0, "default": 0 } },
          { "name": "level", "in": "query", "description": "The least level", "schema": { "enum": ["debug", "info", "warn", "error"], "default": "debug" } },
          { "name": "text", "in": "query", "description": "Only rows with this text in their line", "schema": { "type": "string" } }
        ],
        "responses": {
          "200": { "description": "As of now", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/LogLines" } } } },
          "401": { "$ref": "#/components/responses/Error" },
          "404": { "$ref": "#/components/responses/Error" },
          "405": { "$ref": "#/components/responses/Error" },
          "422": { "$ref": "#/components/responses/Error" },
          "429": { "$ref": "#/components/responses/Error" },
          "503": { "$ref": "#/components/responses/Error" }
        }
      }
    },
    "/openapi.json": {
      "get": {
        "operationId": "openapi",
        "summary": "This document",
        "security": [],
        "responses": { "200": { "description": "OpenAPI 3.1", "content": { "application/json": {} } } }
      }
    }
  },
  "components": {
    "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
    "responses": {
      "Accepted": {
        "description": "This node's clients are sent it, and what connects the nodes has been asked to carry it",
        "content": {
          "application/json": {
            "schema": { "type": "object", "required": ["status"], "properties": { "status": { "const": "ok" } } }
          }
        }
      },
      "Error": {
        "description": "400: no JSON. 401: no token, or another. 404: no presences, or no such process; the dashboard is not served. 405: another method. 413: a body over the limit. 415: another content type. 422: JSON that is not what was expected, or that nodes can't be sent. 429: too many requests a second. 503: the server is not running, or too many looks are under way.",
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Errors" } } }
      }
    },
    "schemas": {
      "Broadcast": {
        "type": "object",
        "required": ["topic", "event"],
        "additionalProperties": false,
        "properties": {
          "topic": { "type": "string", "minLength": 1, "examples": ["room:lobby"] },
          "event": { "type": "string", "minLength": 1, "examples": ["new_msg"] },
          "payload": { "type": "object", "default": {} },
          "payload_base64": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "Bytes, in place of payload; clients get them as a binary message"
          }
        }
      },
      "Disconnect": {
        "type": "object",
        "required": ["id"],
        "additionalProperties": false,
        "properties": {
          "id": { "type": "string", "minLength": 1, "description": "The id of the user's sockets", "examples": ["users_socket:bob"] }
        }
      },
      "Presences": {
        "type": "object",
        "additionalProperties": {
          "type": "object",
          "required": ["metas"],
          "properties": {
            "metas": { "type": "array", "items": { "type": "object", "required": ["phx_ref"] } }
          }
        }
      },
      "Overview": { "type": "object", "required": ["seconds", "totals", "faults", "limits", "memory_limit"], "properties": { "seconds": { "type": "array", "items": { "type": "object", "required": ["number"], "properties": { "number": { "type": "integer" }, "connections": { "type": "integer" }, "websockets": { "type": "integer" }, "processes": { "type": "integer" }, "memory": { "type": "integer" }, "messages_in": { "type": "integer" }, "frames_out": { "type": "integer" }, "bytes_in": { "type": "integer" }, "bytes_out": { "type": "integer" }, "handled": { "type": "integer" }, "p50": { "type": "integer" }, "p99": { "type": "integer" }, "joins": { "type": "integer" }, "faults": { "type": "integer" }, "limits": { "type": "integer" } } } }, "totals": { "$ref": "#/components/schemas/Totals" }, "faults": { "type": "object", "additionalProperties": { "type": "integer" } }, "limits": { "type": "object", "additionalProperties": { "type": "integer" } }, "memory_limit": { "type": "integer" } } },
      "Totals": { "type": "object", "required": ["processes", "found", "kinds"], "properties": { "processes": { "type": "integer" }, "found": { "type": "integer" }, "kinds": { "type": "object", "additionalProperties": { "type": "integer" } }, "mailbox": { "type": "integer" }, "mailbox_bytes": { "type": "integer" }, "unsent_bytes": { "type": "integer" }, "most": { "type": "object", "additionalProperties": { "type": "integer" } } } },
      "ProcessRow": { "type": "object", "required": ["pid", "kind", "name"], "properties": { "pid": { "type": "string" }, "parent": { "type": ["string", "null"] }, "kind": { "type": "string" }, "name": { "type": "string" }, "topic": { "type": "string" }, "awaiting": { "type": "boolean" }, "working": { "type": "boolean" }, "mailbox": { "type": "integer" }, "mailbox_bytes": { "type": "integer" }, "unsent_bytes": { "type": "integer" }, "turns": { "type": "integer" }, "used": { "type": "integer", "description": "Milliseconds" }, "longest": { "type": "integer", "description": "Milliseconds" }, "load": { "type": "integer", "description": "Time used in thousandths of its age" }, "monitors": { "type": "integer" }, "children": { "type": "integer" }, "age": { "type": "integer", "description": "Milliseconds" } } },
      "Processes": { "type": "object", "required": ["totals", "processes"], "properties": { "totals": { "$ref": "#/components/schemas/Totals" }, "processes": { "type": "array", "items": { "$ref": "#/components/schemas/ProcessRow" } } } },
      "Process": { "allOf": [{ "$ref": "#/components/schemas/ProcessRow" }, { "type": "object", "required": ["mail", "first_children", "network"], "properties": { "mail": { "type": "object", "additionalProperties": { "type": "integer" } }, "first_children": { "type": "array", "items": { "type": "string" } }, "network": { "type": "string" } } }] },
      "Topics": { "type": "object", "required": ["topics", "in_a_shard"], "properties": { "topics": { "type": "array", "items": { "type": "object", "required": ["topic", "members"], "properties": { "topic": { "type": "string" }, "members": { "type": "integer" }, "present": { "type": "integer" }, "broadcasts": { "type": "integer" }, "deliveries": { "type": "integer" }, "shards": { "type": "integer" } } } }, "in_a_shard": { "type": "integer" } } },
      "Nodes": { "type": "object", "required": ["nodes", "redis", "redis_delay_us"], "properties": { "nodes": { "type": "array", "items": { "type": "object", "required": ["name", "up"], "properties": { "name": { "type": "string" }, "up": { "type": "boolean" }, "heard_ms_ago": { "type": "integer" }, "clock": { "type": "integer" } } } }, "redis": { "type": "array", "items": { "type": "object", "required": ["role", "up"], "properties": { "role": { "type": "string" }, "up": { "type": "boolean" }, "where": { "type": "string" }, "for_ms": { "type": "integer" } } } }, "redis_delay_us": { "type": "integer" } } },
      "Limits": { "type": "object", "required": ["limits"], "properties": { "limits": { "type": "array", "items": { "type": "object", "required": ["option", "value"], "properties": { "option": { "type": "string" }, "help": { "type": "string" }, "unit": { "type": "string" }, "value": { "type": "integer" }, "measured": { "type": "integer" }, "reached": { "type": "integer" } } } } } },
      "Hops": { "type": "object", "required": ["hops"], "properties": { "hops": { "type": "array", "items": { "type": "object", "required": ["number", "trace", "hop", "after", "at", "waited", "file", "line", "function", "thread", "form", "size", "hidden"], "properties": { "number": { "type": "integer" }, "trace": { "type": "integer" }, "hop": { "type": "integer" }, "after": { "type": "integer" }, "at": { "type": "integer", "description": "Nanoseconds of the server's clock" }, "waited": { "type": "integer", "description": "Nanoseconds in a mailbox" }, "file": { "type": "string" }, "line": { "type": "integer" }, "function": { "type": "string" }, "callee": { "type": "string" }, "pid": { "type": "string" }, "thread": { "type": "integer" }, "form": { "type": "string" }, "size": { "type": "integer" }, "hidden": { "type": "boolean" }, "text": { "type": "string" }, "base64": { "type": "string" } } } } } },
      "LogLines": { "type": "object", "required": ["lines", "last"], "properties": { "lines": { "type": "array", "items": { "type": "object", "required": ["number", "text"], "properties": { "number": { "type": "integer" }, "time": { "type": "integer", "description": "Milliseconds since 1970" }, "level": { "type": "string" }, "text": { "type": "string" } } } }, "last": { "type": "integer" } } },
      "Errors": {
        "type": "object",
        "required": ["errors"],
        "properties": {
          "errors": { "type": "object", "required": ["detail"], "properties": { "detail": { "type": "string" } } }
        }
      }
    }
  }
}
)json";

}  // namespace

std::string_view AdminApi::description() { return document; }

}  // namespace phx
