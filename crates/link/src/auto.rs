//! Which vendor's gateway answers, asked over plain HTTP questions that need no key.

use serde_json::Value;

use crate::address::Address;
use crate::connector::{Tools, reach};
use crate::dialect::Kind;
use crate::event::NodeState;
use crate::failure::Failure;
use crate::http::{Answer, get};
use crate::refusal::redirected;
use crate::route::Route;
use crate::target::{Target, Transport};

/// A gateway that was recognised.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub kind: Kind,
    /// Where it says so without being asked for more.
    pub version: Option<String>,
    /// How far its clock is ahead of this computer's, seconds.
    pub ahead: Option<i64>,
}

/// Finds out who answers at the target by that route.
pub(crate) async fn find(target: &Target, route: &Route, tools: &Tools) -> Result<Found, Failure> {
    if matches!(target.transport, Transport::Memory(_)) {
        return Ok(Found { kind: Kind::Moltis, version: None, ahead: None });
    }
    let health = ask(target, route, tools, "/health").await?;
    if let Some(found) = health.json().and_then(|body| by_health(&body)) {
        return Ok(Found { ahead: health.ahead, ..found });
    }
    let front = ask(target, route, tools, "/").await?;
    match by_page(&front) {
        Some(kind) => Ok(Found { kind, version: None, ahead: front.ahead }),
        None => Err(nobody_known(&front, &route.address)),
    }
}

/// Asks for a path beside the gateway's own.
async fn ask(target: &Target, route: &Route, tools: &Tools, path: &str) -> Result<Answer, Failure> {
    let stream = Box::pin(reach(target, route, tools)).await?;
    let patience = stream.patience();
    let base = route.address.path().map_or("", |path| path.trim_end_matches('/').trim_end_matches("/ws"));
    get(stream, &route.address, &format!("{base}{path}"), patience).await
}

/// Moltis tells its protocol, OpenClaw that it is live.
fn by_health(body: &Value) -> Option<Found> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    if body.get("protocol").is_some_and(Value::is_u64) && text("status").is_some() {
        return Some(Found { kind: Kind::Moltis, version: text("version").map(str::to_owned), ahead: None });
    }
    let live = body.get("ok") == Some(&Value::Bool(true)) && text("status") == Some("live");
    live.then_some(Found { kind: Kind::Openclaw, version: None, ahead: None })
}

/// The front page's title: the only sign a dashboard gives, and a way around a proxy that hides `/health`.
fn by_page(front: &Answer) -> Option<Kind> {
    let title = front.title()?.to_ascii_lowercase();
    [("mcp-cli dashboard", Kind::McpDashboard), ("openclaw", Kind::Openclaw), ("moltis", Kind::Moltis)]
        .into_iter()
        .find_map(|(word, kind)| title.contains(word).then_some(kind))
}

fn nobody_known(front: &Answer, address: &Address) -> Failure {
    let at = address.authority();
    let page = front.title().map(|title| format!(", \"{title}\"")).unwrap_or_default();
    let status = front.status;
    match status {
        300..=399 => redirected(front.location.as_deref(), address),
        401 | 403 => Failure::Stopped(NodeState::Unauthorised {
            reason: format!(
                "the server at {at} wants a login before it says what it is (HTTP {status}{page}). If it is a gateway, \
                 choose its kind by hand"
            ),
        }),
        408 | 425 | 429 | 500..=599 => Failure::Away(format!(
            "the server at {at} is there but cannot serve now (HTTP {status}{page}). Is the gateway behind it running?"
        )),
        _ => Failure::Wrong(format!(
            "a web server answers at {at} (HTTP {status}{page}), but it is no gateway this program knows. Check port \
             and path, or choose the node's kind by hand"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_vendor_is_known_by_its_health() {
        let moltis = serde_json::json!({"status": "ok", "version": "0.1.0", "protocol": 4, "connections": 1});
        assert_eq!(
            by_health(&moltis),
            Some(Found { kind: Kind::Moltis, version: Some("0.1.0".to_owned()), ahead: None })
        );
        let openclaw = serde_json::json!({"ok": true, "status": "live"});
        assert_eq!(by_health(&openclaw).map(|found| found.kind), Some(Kind::Openclaw));
        assert_eq!(by_health(&serde_json::json!({"status": "ok"})), None);
        assert_eq!(by_health(&serde_json::json!({"ok": true})), None);
    }

    #[test]
    fn a_dashboard_is_known_by_its_page() {
        let page = |body: &str| Answer { status: 200, body: body.to_owned(), ..Answer::default() };
        assert_eq!(by_page(&page("<title>mcp-cli dashboard</title>")), Some(Kind::McpDashboard));
        assert_eq!(by_page(&page("<title>OpenClaw Control</title>")), Some(Kind::Openclaw));
        assert_eq!(by_page(&page("<title>Welcome to nginx!</title>")), None);
        assert_eq!(by_page(&page("openclaw without a title")), None);
    }
}
