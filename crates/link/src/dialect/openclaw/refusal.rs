//! Each way OpenClaw says no, as a state of the node and a sentence that says what to
//! do about it.

use serde::Deserialize;

use super::super::envelope::Failure;
use super::super::lax::{Int, Raw, Text, read, words};
use super::super::{Allowed, Close};
use crate::event::NodeState;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    #[serde(default, borrow)]
    code: Text<'a>,
    #[serde(default, borrow)]
    reason: Text<'a>,
    #[serde(default, borrow)]
    request_id: Text<'a>,
    #[serde(default)]
    expected_protocol: Int,
    #[serde(default, borrow)]
    approved_scopes: Option<Raw<'a>>,
    #[serde(default, borrow)]
    requested_scopes: Option<Raw<'a>>,
}

/// The rights there are, where the gateway's owner let this device in before and more were asked for now. A device that
/// may read is useful at once; the request for the rest waits for the owner.
pub(super) fn allowed(failure: &Failure<'_>) -> Option<Allowed> {
    let details: Details<'_> = read(failure.details).unwrap_or_default();
    let scopes = words(details.approved_scopes);
    let useful = scopes.iter().any(|scope| scope == "operator.read" || scope == "operator.write");
    let upgrade = details.reason.get() == Some("scope-upgrade");
    (upgrade && useful).then(|| Allowed { scopes, request: details.request_id.or_empty().to_owned() })
}

/// The same again at once, with the rights there are.
pub(super) fn fewer(now: i64) -> Close {
    let reason = "The gateway's owner has allowed this device less than it asks for; connecting with what it may do.";
    again(NodeState::BackingOff { attempt: 1, next: now, reason: reason.to_owned() })
}

/// What follows a refused handshake.
pub(super) fn refused(failure: &Failure<'_>, now: i64) -> Close {
    let details: Details<'_> = read(failure.details).unwrap_or_default();
    let code = details.code.filled().unwrap_or(failure.code.or_empty());
    let wait = failure.retry_after_ms.0.filter(|ms| *ms >= 0);
    match code {
        "PAIRING_REQUIRED" | "NOT_PAIRED" => again(pairing(&details)),
        "AUTH_RATE_LIMITED" => again(NodeState::RateLimited {
            until: now.saturating_add(wait.unwrap_or(300_000)),
            reason: "The gateway saw too many wrong keys from here and takes none for a while, not even the right one."
                .into(),
        }),
        "PROTOCOL_MISMATCH" => never(incompatible(&details)),
        "UNAVAILABLE" => again(NodeState::BackingOff {
            attempt: 1,
            next: now.saturating_add(wait.unwrap_or(1_000)),
            reason: "The gateway is still starting; it is tried again by itself.".into(),
        }),
        "DEVICE_AUTH_NONCE_MISMATCH" | "DEVICE_AUTH_NONCE_REQUIRED" | "DEVICE_AUTH_SIGNATURE_EXPIRED" => {
            again(NodeState::BackingOff { attempt: 1, next: now.saturating_add(1_000), reason: STALE.into() })
        }
        _ => never(key_refused(code).unwrap_or_else(|| not_understood(failure))),
    }
}

fn again(state: NodeState) -> Close {
    Close { state, retry: true }
}

fn never(state: NodeState) -> Close {
    Close { state, retry: false }
}

const STALE: &str = "The gateway found our signature out of date; it is signed anew with its next challenge.";

/// The refusals of a key; each has its own remedy.
fn key_refused(code: &str) -> Option<NodeState> {
    let reason = match code {
        "AUTH_TOKEN_MISMATCH" => {
            "The token is not this gateway's. Enter the one that stands in its configuration under gateway.auth.token."
        }
        "AUTH_TOKEN_MISSING" => {
            "The gateway wants a token. Enter the one that stands in its configuration under gateway.auth.token."
        }
        "AUTH_PASSWORD_MISMATCH" => "The password is not this gateway's. Enter the right one.",
        "AUTH_PASSWORD_MISSING" => "The gateway wants its password. Enter it as the key.",
        "AUTH_DEVICE_TOKEN_MISMATCH" => {
            "The gateway no longer takes this device's own token: it was rotated or revoked. Enter the gateway's token again."
        }
        "AUTH_SCOPE_MISMATCH" => {
            "This device's token gives fewer rights than are asked. Enter the gateway's token, then approve the device again: \
             openclaw devices list, openclaw devices approve <requestId>"
        }
        "DEVICE_AUTH_SIGNATURE_INVALID" | "DEVICE_AUTH_DEVICE_ID_MISMATCH" => {
            "The gateway does not accept this device's signature. Remove the node and add it again, so that a new device key is made."
        }
        "CONTROL_UI_ORIGIN_NOT_ALLOWED" => {
            "The gateway refuses where the connection comes from. Let it be reached directly, or allow this address under \
             gateway.controlUi.allowedOrigins."
        }
        _ => return None,
    };
    let reason = reason.to_owned();
    Some(match code {
        "CONTROL_UI_ORIGIN_NOT_ALLOWED" => NodeState::Failed { reason },
        _ => NodeState::Unauthorised { reason },
    })
}

fn pairing(details: &Details<'_>) -> NodeState {
    let request = details.request_id.or_empty().to_owned();
    let scopes = words(details.requested_scopes);
    let asked = if scopes.is_empty() { String::new() } else { format!(" (asked: {})", scopes.join(", ")) };
    let why = match details.reason.or_empty() {
        "scope-upgrade" => {
            format!("The gateway's owner has to allow this device more rights than before{asked}.")
        }
        "role-upgrade" => "The gateway's owner has to allow this device another role.".to_owned(),
        "metadata-upgrade" => "This device looks different from the one that was let in; the gateway's owner has to \
             look at it again."
            .to_owned(),
        _ => "The gateway's owner has to let this device in once.".to_owned(),
    };
    let command = if request.is_empty() {
        "openclaw devices list".to_owned()
    } else {
        format!("openclaw devices approve {request}")
    };
    NodeState::Pairing { request, reason: format!("{why} On the gateway's machine run: {command}") }
}

fn incompatible(details: &Details<'_>) -> NodeState {
    let theirs = details.expected_protocol.0.map_or_else(|| "another".to_owned(), |version| version.to_string());
    let reason =
        format!("The gateway speaks protocol {theirs}, this program 3 to 4. Update whichever of the two is older.");
    NodeState::Incompatible { ours: "3 to 4".into(), theirs, reason }
}

fn not_understood(failure: &Failure<'_>) -> NodeState {
    let said = failure.message.filled().or(failure.code.filled()).unwrap_or("no reason");
    let reason = format!("The gateway refused the connection: {said}. Its version may not fit this program's.");
    NodeState::Failed { reason }
}

/// What follows a connection that broke or was closed.
pub(super) fn lost(
    code: Option<u16>,
    said: &str,
    in_greeting: bool,
    goodbye: Option<(String, Option<i64>)>,
    now: i64,
) -> Close {
    let wait = |ms: i64, reason: &str| {
        let next = now.saturating_add(ms.max(0));
        again(NodeState::BackingOff { attempt: 1, next, reason: reason.to_owned() })
    };
    if let Some((reason, back)) = goodbye {
        return wait(back.unwrap_or(5_000), &reason);
    }
    match code {
        Some(4001) => never(NodeState::Unauthorised {
            reason: "The gateway's owner removed this device or changed its rights. Approve it again there, then resume the node."
                .into(),
        }),
        Some(1012) => wait(1_500, "The gateway restarts."),
        Some(1013) => wait(1_000, "The gateway is still starting; it is tried again by itself."),
        Some(1009) => wait(1_000, "The gateway closed the connection because a frame was too large for it."),
        Some(1008) if said.contains("slow consumer") => {
            wait(1_000, "The gateway closed the connection because we read too slowly.")
        }
        Some(1002) => never(NodeState::Incompatible {
            ours: "3 to 4".into(),
            theirs: "another".into(),
            reason: "The gateway speaks another protocol version. Update whichever of the two is older.".into(),
        }),
        _ if in_greeting => wait(
            1_000,
            "The gateway closed the connection before it answered the greeting. If this goes on, it may not be an OpenClaw gateway.",
        ),
        Some(1000 | 1005) | None if said.is_empty() => wait(1_000, "The connection ended."),
        _ if said.is_empty() => wait(1_000, "The connection to the gateway broke."),
        _ => wait(1_000, &format!("The gateway closed the connection: {said}.")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn after(error: &str) -> Close {
        refused(&serde_json::from_str(error).unwrap(), 1_000)
    }

    #[test]
    fn a_pairing_refusal_names_the_exact_command() {
        let close = after(
            r#"{"code":"NOT_PAIRED","message":"m","details":{"code":"PAIRING_REQUIRED","reason":"not-paired","requestId":"r-1"}}"#,
        );
        let NodeState::Pairing { request, reason } = close.state else { panic!("{close:?}") };
        assert_eq!(request, "r-1");
        assert!(reason.ends_with("openclaw devices approve r-1"), "{reason}");
        assert!(close.retry);
    }

    #[test]
    fn a_wrong_token_is_not_tried_again() {
        let close = after(r#"{"code":"INVALID_REQUEST","message":"m","details":{"code":"AUTH_TOKEN_MISMATCH"}}"#);
        assert!(matches!(close, Close { state: NodeState::Unauthorised { .. }, retry: false }));
    }

    #[test]
    fn a_starting_gateway_is_no_refusal_of_the_key() {
        let close = after(r#"{"code":"UNAVAILABLE","message":"m","retryable":true,"retryAfterMs":500}"#);
        assert!(close.retry);
        assert!(matches!(close.state, NodeState::BackingOff { next: 1_500, .. }));
    }

    #[test]
    fn a_lockout_says_until_when() {
        let close = after(r#"{"code":"INVALID_REQUEST","retryAfterMs":19591,"details":{"code":"AUTH_RATE_LIMITED"}}"#);
        assert!(matches!(close.state, NodeState::RateLimited { until: 20_591, .. }));
    }

    #[test]
    fn another_protocol_is_named_on_both_sides() {
        let close = after(r#"{"code":"INVALID_REQUEST","details":{"code":"PROTOCOL_MISMATCH","expectedProtocol":5}}"#);
        assert!(matches!(close.state, NodeState::Incompatible { theirs, .. } if theirs == "5"));
    }

    #[test]
    fn only_the_expected_time_tells_a_restart_from_a_stop() {
        let restart = lost(Some(1012), "service restart", false, Some(("r".into(), Some(1_500))), 0);
        let stop = lost(Some(1012), "service restart", false, Some(("s".into(), None)), 0);
        assert!(matches!(restart.state, NodeState::BackingOff { next: 1_500, .. }));
        assert!(matches!(stop.state, NodeState::BackingOff { next: 5_000, .. }));
    }

    #[test]
    fn a_removed_device_does_not_pair_again_by_itself() {
        assert!(!lost(Some(4001), "device removed", false, None, 0).retry);
    }
}
