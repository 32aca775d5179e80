#include "api/openapi.hpp"

namespace tenon::host {

// NOLINTNEXTLINE(readability-function-size): one literal
auto openapi_schemas() -> std::string_view {
    return R"json({
"Time": {"type": "string", "format": "date-time"},
"Connection": {"type": "object",
  "required": ["connectionId", "provider", "providerAccountId", "isConnected", "status", "createdAt", "updatedAt"],
  "properties": {
    "connectionId": {"type": "string"}, "provider": {"type": "string"}, "providerAccountId": {"type": "string"},
    "userId": {"type": "string", "description": "In lists of the organization's only"},
    "isConnected": {"type": "boolean"}, "status": {"enum": ["connected", "expired", "pending"]},
    "statusReason": {"type": "string", "description": "Why it expired, and what to do"},
    "health": {"enum": ["healthy", "expiring", "degraded", "needs_reconnect"], "description": "Absent while pending"},
    "healthReason": {"type": "string", "description": "Why it is not healthy"},
    "nextRefreshAt": {"type": ["string", "null"], "format": "date-time", "description": "Of the tokens, by the host"},
    "reconnectBefore": {"type": ["string", "null"], "format": "date-time",
      "description": "When the refresh token lapses, or the token that nothing renews; null: not known to"},
    "expiresAt": {"type": ["string", "null"], "format": "date-time"}, "scope": {"type": "string"},
    "metadata": {"type": ["object", "null"]},
    "createdAt": {"$ref": "#/components/schemas/Time"}, "updatedAt": {"$ref": "#/components/schemas/Time"}}},
"IntegrationStatus": {"type": "object", "required": ["integrations"],
  "properties": {"integrations": {"type": "array", "items": {"$ref": "#/components/schemas/Connection"}}}},
"ConnectionPage": {"type": "object", "required": ["connections", "nextCursor"], "properties": {
  "connections": {"type": "array", "items": {"$ref": "#/components/schemas/Connection"}},
  "nextCursor": {"type": ["string", "null"]}}},
"Provider": {"type": "object", "required": ["id", "name", "kind", "enabled", "scopes", "connectParams"], "properties": {
  "id": {"type": "string"}, "name": {"type": "string"}, "icon": {"type": "string"}, "category": {"type": "string"},
  "kind": {"enum": ["oauth2", "api_key"]}, "enabled": {"type": "boolean"},
  "state": {"enum": ["enabled", "disabled", "not_configured", "misconfigured", "undiscovered"]},
  "confidence": {"enum": ["high", "medium", "low"], "description": "In the facts of a catalogue entry; absent for a plugin"},
  "docs": {"type": "string", "description": "The provider's documentation"},
  "reason": {"type": "string", "description": "Why it is not enabled, and what to do"}, "problems": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}},
  "scopes": {"type": "array", "items": {"type": "object", "properties": {
    "name": {"type": "string"}, "description": {"type": "string"}, "default": {"type": "boolean"}}}},
  "connectParams": {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
  "credentialFields": {"type": "array", "items": {"$ref": "#/components/schemas/Field"},
    "description": "What to ask the user for: connect takes it as credentials, without a redirect"},
  "redirectUri": {"type": "string", "description": "To paste into the provider's settings; none of kind api_key"}}},
"Field": {"type": "object", "required": ["name", "type", "required", "secret"], "properties": {
  "name": {"type": "string"}, "label": {"type": "string"}, "description": {"type": "string"},
  "type": {"enum": ["text", "url", "list", "map", "choice"]}, "required": {"type": "boolean"},
  "secret": {"type": "boolean", "description": "To be typed unseen"}, "pattern": {"type": "string"},
  "default": {"type": "string"}, "choices": {"type": "array", "items": {"type": "string"}}}},
"ProviderList": {"type": "object", "required": ["providers", "categories"], "properties": {
  "categories": {"type": "array", "items": {"type": "string"}, "description": "All that there are, whatever was asked for"},
  "providers": {"type": "array", "items": {"$ref": "#/components/schemas/Provider"}}}},
"ConnectRequest": {"anyOf": [{"$ref": "#/components/schemas/RedirectConnect"},
  {"$ref": "#/components/schemas/CredentialConnect"}]},
"CredentialConnect": {"type": "object", "required": ["credentials"], "properties": {
  "credentials": {"type": "object", "additionalProperties": {"type": "string"},
    "description": "Of a provider of kind api_key: its credentialFields. INVALID_REQUEST names this field where the provider refuses them"},
  "params": {"type": "object", "additionalProperties": {"type": "string"}},
  "accountId": {"type": "string", "description": "Reconnect exactly this account"},
  "userId": {"type": "string"}}},
"RedirectConnect": {"type": "object", "required": ["redirectUrl"], "properties": {
  "redirectUrl": {"type": "string", "format": "uri"}, "scopes": {"type": "array", "items": {"type": "string"}},
  "params": {"type": "object", "additionalProperties": {"type": "string"}},
  "accountId": {"type": "string", "description": "Reconnect exactly this account"},
  "confirm": {"type": "boolean", "default": false,
    "description": "Recommended: the connection waits until the same user confirms it"},
  "userId": {"type": "string"}}},
"ConnectAnswer": {"oneOf": [{"$ref": "#/components/schemas/ConnectStarted"},
  {"$ref": "#/components/schemas/Connection"}]},
"ConnectStarted": {"type": "object", "required": ["authUrl", "state"], "properties": {
  "authUrl": {"type": "string", "format": "uri"}, "state": {"type": "string"}}},
"ConnectForm": {"type": "object", "required": ["key", "provider"], "properties": {
    "key": {"type": "string", "description": "An API key"}, "user": {"type": "string"}, "provider": {"type": "string"}},
  "additionalProperties": {"type": "string"}, "description": "param.NAME: one of the provider's connectParams"},
"CallbackForm": {"type": "object", "properties": {"code": {"type": "string"}, "state": {"type": "string"},
  "iss": {"type": "string"}, "error": {"type": "string"}}, "additionalProperties": {"type": "string"}},
"UserChoice": {"type": "object", "properties": {
  "userId": {"type": "string", "description": "The user that the call acts for; or X-Tenon-User"}}},
"ConfirmRequest": {"type": "object", "required": ["confirmation"], "properties": {
  "confirmation": {"type": "string"}, "userId": {"type": "string"}}},
"Token": {"type": "object", "required": ["accessToken", "tokenType", "scope", "expiresAt", "generation"], "properties": {
  "accessToken": {"type": "string"}, "tokenType": {"type": "string"}, "scope": {"type": "string"},
  "expiresAt": {"type": ["string", "null"], "format": "date-time"}, "generation": {"type": "integer"},
  "baseUrl": {"type": "string"}}},
"Profile": {"type": "object", "required": ["accountId"], "additionalProperties": true, "properties": {
  "accountId": {"type": "string"}, "username": {"type": "string"}, "displayName": {"type": "string"},
  "email": {"type": "string"}, "avatarUrl": {"type": "string"}, "followers": {"type": "integer"},
  "raw": {"description": "The provider's own answer"}}},
"RefreshReport": {"type": "object", "required": ["success", "expiresAt"], "properties": {
  "success": {"const": true}, "refreshed": {"type": "boolean"},
  "expiresAt": {"type": ["string", "null"], "format": "date-time"},
  "message": {"type": "string", "description": "Why it was not refreshed"}}},
"Disconnected": {"type": "object", "required": ["success", "message", "revocations"], "properties": {
  "success": {"const": true}, "message": {"type": "string"},
  "revocations": {"type": "array", "items": {"type": "object", "properties": {"slot": {"type": "string"},
    "outcome": {"enum": ["revoked", "unsupported", "failed", "kept", "nothing", "pending"],
      "description": "pending: the provider could not be asked; it is tried again for some hours"}}}}}},
"ImportItem": {"type": "object", "required": ["accessToken"], "properties": {
  "userId": {"type": "string"}, "accountId": {"type": "string"}, "accessToken": {"type": "string"},
  "refreshToken": {"type": "string"}, "expiresAt": {"$ref": "#/components/schemas/Time"},
  "scope": {"type": "string"}, "slot": {"type": "string"},
  "params": {"type": "object", "additionalProperties": {"type": "string"}}}},
"ImportRequest": {"anyOf": [{"allOf": [{"$ref": "#/components/schemas/ImportItem"},
    {"type": "object", "properties": {"validate": {"type": "boolean", "default": true,
      "description": "Whether the provider is asked whose each token is; a key that is pinned to a user can't do without"}}}]},
  {"type": "object", "required": ["connections"], "properties": {"validate": {"type": "boolean", "default": true,
      "description": "Whether the provider is asked whose each token is; a key that is pinned to a user can't do without"},
    "connections": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/ImportItem"}}}}]},
"ImportReport": {"type": "object", "required": ["imported", "failed"], "properties": {
  "imported": {"type": "array", "items": {"type": "object", "properties": {
    "connectionId": {"type": "string"}, "accountId": {"type": "string"}}}},
  "failed": {"type": "array", "items": {"type": "object", "properties": {
    "index": {"type": "integer"}, "error": {"$ref": "#/components/schemas/ErrorCode"}, "message": {"type": "string"}}}}}},
"KeyScope": {"enum": ["connections:read", "connections:write", "tokens:read", "keys:manage", "audit:read", "admin"]},
"Key": {"type": "object", "required": ["id", "name", "scopes", "createdAt"], "properties": {
  "id": {"type": "string"}, "name": {"type": "string"}, "hint": {"type": "string"},
  "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/KeyScope"}},
  "userId": {"type": ["string", "null"], "description": "The one user that it acts for"},
  "isBootstrap": {"type": "boolean"}, "createdAt": {"$ref": "#/components/schemas/Time"},
  "lastUsedAt": {"type": ["string", "null"], "format": "date-time"},
  "revokedAt": {"type": ["string", "null"], "format": "date-time"}}},
"KeyList": {"type": "object", "required": ["keys", "nextCursor"], "properties": {
  "keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}},
  "nextCursor": {"type": ["string", "null"]}}},
"KeyRequest": {"type": "object", "required": ["name", "scopes"], "properties": {"name": {"type": "string"},
  "scopes": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/KeyScope"}},
  "userId": {"type": "string", "minLength": 1, "description": "Pins the key to this user"}}},
"NewKey": {"allOf": [{"$ref": "#/components/schemas/Key"},
  {"type": "object", "required": ["key"], "properties": {"key": {"type": "string"}}}]},
"Done": {"type": "object", "required": ["success"], "properties": {
  "success": {"const": true}, "message": {"type": "string"}}},
"OrganizationRequest": {"type": "object", "required": ["name"], "properties": {
  "name": {"type": "string"}, "id": {"type": "string", "description": "Made where none is given"}}},
"NewOrganization": {"type": "object", "required": ["id", "name", "createdAt", "apiKey"], "properties": {
  "id": {"type": "string"}, "name": {"type": "string"}, "createdAt": {"$ref": "#/components/schemas/Time"},
  "apiKey": {"$ref": "#/components/schemas/NewKey"}}},
"PluginReload": {"type": "object", "required": ["plugins"], "properties": {"plugins": {"type": "array", "items": {
  "type": "object", "required": ["file", "outcome", "sha256", "providers"], "properties": {"file": {"type": "string"},
    "outcome": {"enum": ["loaded", "kept", "replaced", "refused", "rolled_back", "removed"],
      "description": "refused: see reason; what ran before goes on. rolled_back: these bytes broke the contract in their first operations"},
    "reason": {"type": "string"}, "sha256": {"type": ["string", "null"], "description": "Of what serves now"},
    "providers": {"type": "array", "items": {"type": "string"}}}}}}},
"AuditEntry": {"type": "object", "properties": {"id": {"type": "string"},
  "at": {"$ref": "#/components/schemas/Time"}, "actor": {"type": "string"}, "action": {"type": "string"},
  "subject": {"type": ["string", "null"], "description": "A pseudonym of the user"},
  "provider": {"type": "string"}, "connectionId": {"type": ["string", "null"]}, "outcome": {"type": "string"},
  "detail": {"type": "object"}, "requestId": {"type": "string"}}},
"AuditPage": {"type": "object", "required": ["entries", "nextCursor"], "properties": {
  "entries": {"type": "array", "items": {"$ref": "#/components/schemas/AuditEntry"}},
  "nextCursor": {"type": ["string", "null"]}}},
"UserData": {"type": "object", "required": ["userId", "exportedAt", "connections", "unconfirmed", "pendingConnects",
    "exchanges", "apiKeys", "consents", "credentialReads", "owedRevocations", "auditEntries", "nextCursor"],
  "description": "One list after the other, until a page is full (by number or at about 4 MiB); the next page goes on there. Beside it are held, sealed: tokens, and for a day answers under an Idempotency-Key",
  "properties": {"userId": {"type": "string"}, "exportedAt": {"$ref": "#/components/schemas/Time"},
    "connections": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Connection"}, {"type": "object",
      "required": ["connectParams", "profile", "profileAt"], "properties": {"connectParams": {"type": "object"},
        "profile": {"type": ["object", "null"], "description": "As it was last answered"},
        "profileAt": {"type": ["string", "null"], "format": "date-time"}}}]}},
    "unconfirmed": {"type": "array", "items": {"$ref": "#/components/schemas/Connection"}},
    "pendingConnects": {"type": "array", "items": {"type": "object", "properties": {"provider": {"type": "string"},
      "requestedScope": {"type": "string"}, "accountId": {"type": ["string", "null"], "description": "The one to reconnect"},
      "redirectUrl": {"type": "string"}, "connectParams": {"type": "object"},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "expiresAt": {"$ref": "#/components/schemas/Time"}}}},
    "exchanges": {"type": "array", "description": "Connects whose code is being exchanged", "items": {"type": "object",
      "properties": {"provider": {"type": "string"}, "createdAt": {"$ref": "#/components/schemas/Time"}}}},
    "apiKeys": {"type": "array", "description": "Those that act for this user only",
      "items": {"$ref": "#/components/schemas/Key"}},
    "consents": {"type": "array", "items": {"$ref": "#/components/schemas/Consent"}},
    "credentialReads": {"type": "array", "description": "Of minutes that are over", "items": {"type": "object", "properties": {"connectionId": {"type": "string"},
      "keyId": {"type": "string"}, "minute": {"$ref": "#/components/schemas/Time"}, "count": {"type": "integer"}}}},
    "owedRevocations": {"type": "array", "description": "Of what was disconnected while the provider could not be asked; their tokens are held, sealed",
      "items": {"type": "object", "properties": {"provider": {"type": "string"}, "connectionId": {"type": ["string", "null"]}, "slot": {"type": "string"},
        "createdAt": {"$ref": "#/components/schemas/Time"}, "nextAttemptAt": {"$ref": "#/components/schemas/Time"},
        "endsAt": {"$ref": "#/components/schemas/Time", "description": "A failure after this is the last one"}}}},
    "auditEntries": {"type": "array", "description": "Newest first", "items": {"$ref": "#/components/schemas/AuditEntry"}},
    "nextCursor": {"type": ["string", "null"], "description": "null: that was all"}}},
"ErasureReceipt": {"type": "object", "required": ["success", "message", "receiptId", "erasedAt", "connections", "unconfirmed",
    "exchanges", "pendingConnects", "apiKeys", "consents", "revocations"],
  "properties": {"success": {"const": true}, "message": {"type": "string"},
    "receiptId": {"type": ["string", "null"], "description": "As the audit log has it (user.erased, detail.receiptId); null: nothing was held"},
    "erasedAt": {"$ref": "#/components/schemas/Time"}, "connections": {"type": "integer"}, "unconfirmed": {"type": "integer"},
    "exchanges": {"type": "integer", "description": "Connects whose code was being exchanged, or whose exchange was cut off"},
    "pendingConnects": {"type": "integer"}, "apiKeys": {"type": "integer", "description": "That acted for this user only"},
    "consents": {"type": "integer", "description": "Kept without the account; whose they are nobody can tell any more"},
    "revocations": {"type": "array", "items": {"type": "object", "properties": {"provider": {"type": "string"},
      "connectionId": {"type": ["string", "null"], "description": "null: of an exchange, which had not become a connection"},
      "slot": {"type": "string"},
      "outcome": {"enum": ["revoked", "unsupported", "failed", "kept", "nothing", "pending"],
        "description": "pending: the provider could not be asked; its tokens are kept, sealed, and it is tried again for some hours"}}}}}},
"Consent": {"type": "object", "required": ["provider", "connectionId", "scope", "givenAt", "endedAt", "endedBy"], "properties": {
  "provider": {"type": "string"}, "providerAccountId": {"type": ["string", "null"]}, "connectionId": {"type": "string"},
  "scope": {"type": "string", "description": "As granted"},
  "action": {"type": "string", "description": "Through what, as the audit log calls it; empty: of before consents were recorded"},
  "actor": {"type": "string"}, "requestId": {"type": "string"}, "givenAt": {"$ref": "#/components/schemas/Time"},
  "endedAt": {"type": ["string", "null"], "format": "date-time"},
  "endedBy": {"enum": [null, "renewed", "disconnected", "revoked", "lapsed", "erased"],
    "description": "revoked: by the provider's word; lapsed: the tokens ended, and nothing renews them; null: it stands"}}},
"Health": {"type": "object", "required": ["status", "timestamp", "version", "environment", "checks", "security"],
  "properties": {"status": {"enum": ["ok", "degraded", "down"]}, "timestamp": {"$ref": "#/components/schemas/Time"},
    "version": {"type": "string"}, "environment": {"type": "string"},
    "checks": {"type": "object", "additionalProperties": {"type": "object", "properties": {
      "status": {"enum": ["ok", "degraded", "down"]}, "detail": {"type": "object"}}}},
    "security": {"type": "object", "properties": {"rateLimitingEnabled": {"type": "boolean"},
      "securityHeadersEnabled": {"type": "boolean"}, "encryptionConfigured": {"type": "boolean"},
      "corsConfigured": {"type": "boolean"}}}}},
"Alive": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
"Problem": {"type": "object", "properties": {"field": {"type": "string"}, "message": {"type": "string"}}},
"Error": {"type": "object", "required": ["success", "error", "message", "requestId"], "properties": {
  "success": {"const": false}, "error": {"$ref": "#/components/schemas/ErrorCode"}, "message": {"type": "string"},
  "requestId": {"type": "string"}, "retryAfter": {"type": "integer", "description": "Seconds"},
  "details": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}}}}
})json";
}

}  // namespace tenon::host
