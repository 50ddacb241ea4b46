//! Which field of a frame holds what: a secret, a name that others refer to, or words of a person or an agent. What
//! stands in no list here counts as words.

use crate::dialect::Kind;

/// Whether a field of this name holds a secret.
pub(super) fn is_secret(name: &str, kind: Kind) -> bool {
    // A dashboard's tokens are pieces of an answer; it knows no keys at all.
    if kind == Kind::McpDashboard && name == "token" {
        return false;
    }
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect();
    SECRETS.contains(&plain.as_str()) || SECRET_ENDS.iter().any(|end| plain.ends_with(end))
}

const SECRETS: [&str; 8] =
    ["auth0", "bearer", "cookies", "credentials", "secrets", "setupcode", "pairingcode", "accesskeyid"];

/// `inputTokens` ends with none of them: it counts.
const SECRET_ENDS: [&str; 14] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "signingkey",
    "authorization",
    "signature",
    "cookie",
    "credential",
];

/// Whether what stands below a field of this name is a tool's or a vendor's own and may say anything.
pub(super) fn is_free(name: &str) -> bool {
    FREE.contains(&name)
}

const FREE: [&str; 14] = [
    "config",
    "data_json",
    "env",
    "fields",
    "headers",
    "hostStats",
    "meta",
    "output",
    "parsed",
    "partialResult",
    "patch",
    "plugins",
    "result",
    "resolved",
];

/// How sentences of programs begin that tell a dialect what happened.
pub(super) const BEGINNINGS: [&str; 6] = [
    "seq gap",
    "approval timed out",
    "command denied",
    "Error: Error code: ",
    "Error: Connection error",
    "Error: Request timed out",
];

/// Whether what stands below a field of this name was handed to a tool.
pub(super) fn is_handed_over(name: &str) -> bool {
    matches!(name, "arguments" | "args" | "input" | "partialArgs" | "paramsJSON" | "parameters")
}

/// Whether a field of this name refers to something, or is one of a few words of the protocol.
pub(super) fn is_kept(name: &str) -> bool {
    KEPT.iter().any(|line| line.split(' ').any(|kept| kept == name))
}

/// The same inside of what may say anything.
pub(super) fn is_kept_when_free(name: &str) -> bool {
    matches!(name, "type" | "role" | "status" | "phase" | "kind" | "mime_type" | "mimeType")
}

/// Names of fields, by what they are about.
const KEPT: [&str; 12] = [
    // The frame itself.
    "type event method id protocol version product stream state phase status kind mode action code codes errorCode \
     errorKind level transport encoding object api",
    // What there is to be done with it.
    "scope scopes roles role caps capabilities commands events methods extensions missingScope requiredScopes \
     requestedScopes approvedScopes requestedRole approvedRoles allowedDecisions unavailableDecisions authMode authReason",
    // Who: runs, sessions, agents, calls.
    "runId run_id runIds activeRunIds activeRunId lastRunId steerTargetRunId turnId sessionKey session_key sessionId \
     session_id session current_session_id childSessionKey childSessions parentSessionKey parentSessionId spawnedBy \
     controlOwnerSessionKey sourceSessionKey mainSessionKey key keys creatorKey ownerKey mainKey",
    "agentId agent_id agent agents defaultAgentId defaultId default_id effectiveAgentId parent_agent_id from_agent \
     to_agent agent_scope agentHarnessId",
    "toolCallId tool_call_id call_id callId parentToolCallId toolName tool_name tool current_tool name itemId item_id \
     task_id taskId plan_id planId operationId artifact_id",
    "requestId request_id approvalId approvalKind decision resolvedKind messageId entryId eventId jobId flowId \
     idempotencyKey subscriptionId activeLeafEntryId firstKeptEntryId responseId index position",
    // Machines and clients.
    "gatewayId connId conn_id clientId clientMode instanceId processInstanceId bootId deviceId nodeId pairId publicKey public_key \
     nonce fingerprint platform deviceFamily arch locale userAgent encoding surface os",
    // Models.
    "model models provider primary activeModel activeModelProvider modelProvider responseModel selectedModel \
     modelOverride providerOverride preset thinkingLevel thinkingDefault thinkingOptions stopReason finish_reason \
     replyMedium reply_medium failoverReason",
    // Times.
    "ts at timestamp created_at createdAt updated_at updatedAt started_at startedAt finished_at expires_at expiresAt \
     generatedAt date timezone cron expr every schedule",
    // What is told of a session or a job.
    "queueMode effectiveQueueMode reason reasons classification chatType channel channels visibility source createdVia \
     operation lastStatus lastRunStatus deliveryStatus livenessState terminalDisposition subagentRole subagentRunState",
    // Versions of things.
    "hash baseHash latestVersion currentVersion buildId",
    // Answers in one word.
    "outcome completionStatus completionSource restartReason reloadKind wakeMode sessionTarget",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_however_they_are_written() {
        for name in [
            "apiKey",
            "api_key",
            "API-KEY",
            "OPENAI_API_KEY",
            "deviceToken",
            "token",
            "Authorization",
            "password",
            "client_secret",
            "signature",
            "Set-Cookie",
            "privateKey",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            assert!(is_secret(name, Kind::Openclaw), "{name}");
        }
        for name in ["inputTokens", "tokens_used", "key", "sessionKey", "publicKey", "tokenUsage", "secretary"] {
            assert!(!is_secret(name, Kind::Moltis), "{name}");
        }
        assert!(!is_secret("token", Kind::McpDashboard));
    }
}
