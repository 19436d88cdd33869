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
        "description": "400: no JSON. 401: no token, or another. 404: no presences are kept. 405: another method. 413: a body over the limit. 415: another content type. 422: JSON that is not what was expected, or that nodes can't be sent. 429: too many requests a second. 503: the server is not running.",
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
