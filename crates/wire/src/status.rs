//! How the gateway is, and who is connected.

use serde::{Deserialize, Serialize};

/// Answer of `health`, and body of `GET /health` (there with `protocol`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    pub status: String,
    pub version: String,
    pub connections: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// Extension: see [`crate::PRODUCT`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
}

/// Answer of `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub version: String,
    pub hostname: String,
    pub connections: u64,
    pub uptime_ms: u64,
    #[serde(default)]
    pub nodes: u64,
    #[serde(default)]
    pub has_mobile_node: bool,
    /// Extension: runs that are active now.
    #[serde(default)]
    pub active_runs: u64,
    /// Extension: frames that slow clients did not get since the start.
    #[serde(default)]
    pub dropped_frames: u64,
}

/// Answer of `system-presence`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    pub clients: Vec<Client>,
    /// Machines that run commands for a gateway; ours has none.
    pub nodes: Vec<serde_json::Value>,
}

/// A connected client; the two times are seconds ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    pub conn_id: String,
    pub client_id: String,
    pub role: String,
    pub platform: String,
    pub connected_at: u64,
    pub last_activity: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    #[test]
    fn status_forms() {
        check(
            "health",
            &Health {
                status: "ok".into(),
                version: "0.1.0".into(),
                connections: 1,
                protocol: Some(4),
                product: Some(crate::PRODUCT.into()),
            },
        );
        check(
            "status",
            &Status {
                version: "0.1.0".into(),
                hostname: "host".into(),
                connections: 1,
                uptime_ms: 5,
                nodes: 0,
                has_mobile_node: false,
                active_runs: 1,
                dropped_frames: 2,
            },
        );
    }

    #[test]
    fn presence_form() {
        let client = Client {
            conn_id: "c-1".into(),
            client_id: "pilot".into(),
            role: "operator".into(),
            platform: "linux".into(),
            connected_at: 1,
            last_activity: 0,
        };
        check("presence", &Presence { clients: vec![client], nodes: vec![] });
    }
}
