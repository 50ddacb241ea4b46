//! The first exchange: what a client says of itself, and the gateway's hello.

use serde::{Deserialize, Serialize};

use crate::Empty;

/// The only method that may be called before the hello, and never after it.
pub const CONNECT: &str = "connect";

/// Parameters of `connect`, v4 form: what our clients send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectParams {
    pub protocol: ProtocolRange,
    pub client: ClientInfo,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Credentials>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// The versions a client can speak, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolRange {
    pub min: u32,
    pub max: u32,
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientInfo {
    pub id: String,
    pub version: String,
    pub platform: String,
    pub mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
}

/// The credential inside `connect`. `api_key` is snake case on the wire.
///
/// Deliberately without `Debug`: it holds secrets in the clear.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// `connect` as a gateway reads it: either form.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "EitherForm")]
pub struct Connect {
    pub params: ConnectParams,
    pub form: Form,
}

/// Which form was used; it decides what the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Gets no event before `subscribe`.
    V4,
    /// The flat form of v3: subscribed to everything at once.
    Flat,
}

/// The gateway's answer to `connect`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "hello-ok")]
pub struct HelloOk {
    pub protocol: u32,
    pub server: Server,
    pub features: Features,
    pub snapshot: Empty,
    pub auth: Granted,
    pub policy: Policy,
}

/// Which gateway this is. The last three fields are extensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Server {
    pub version: String,
    pub host: String,
    pub conn_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What this build can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features {
    pub methods: Vec<String>,
    pub events: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
}

/// What the credential was worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    pub device_token: String,
    pub role: String,
    /// Names of [`crate::Scope`]s; others may come.
    pub scopes: Vec<String>,
    pub issued_at_ms: u64,
}

/// Limits that a client should keep; sizes in bytes, the interval in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    pub max_payload: u64,
    pub max_buffered_bytes: u64,
    pub tick_interval_ms: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EitherForm {
    #[serde(default)]
    protocol: Option<ProtocolRange>,
    #[serde(default)]
    min_protocol: u32,
    #[serde(default)]
    max_protocol: u32,
    client: ClientInfo,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    auth: Option<Credentials>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    timezone: Option<String>,
}

impl From<EitherForm> for Connect {
    fn from(read: EitherForm) -> Self {
        let (protocol, form) = match read.protocol {
            Some(range) => (range, Form::V4),
            None => (ProtocolRange { min: read.min_protocol, max: read.max_protocol }, Form::Flat),
        };
        let params = ConnectParams {
            protocol,
            client: read.client,
            role: read.role,
            auth: read.auth,
            locale: read.locale,
            timezone: read.timezone,
        };
        Self { params, form }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    fn client() -> ClientInfo {
        ClientInfo {
            id: "pilothouse".into(),
            version: "0.1.0".into(),
            platform: "linux".into(),
            mode: "operator".into(),
            display_name: Some("Pilothouse".into()),
            instance_id: Some("i-1".into()),
        }
    }

    #[test]
    fn connect_form() {
        check(
            "connect",
            &ConnectParams {
                protocol: ProtocolRange { min: 3, max: 4 },
                client: client(),
                role: Some("operator".into()),
                auth: Some(Credentials {
                    api_key: Some("mk_fake".into()),
                    password: Some("fake".into()),
                    token: Some("fake".into()),
                }),
                locale: Some("en".into()),
                timezone: Some("UTC".into()),
            },
        );
    }

    #[test]
    fn hello_form() {
        check(
            "hello",
            &HelloOk {
                protocol: crate::PROTOCOL,
                server: Server {
                    version: "0.1.0".into(),
                    host: "host".into(),
                    conn_id: "c-1".into(),
                    product: Some(crate::PRODUCT.into()),
                    gateway_id: Some("g-1".into()),
                    name: Some("local".into()),
                },
                features: Features {
                    methods: vec!["health".into()],
                    events: vec!["tick".into()],
                    extensions: vec!["server".into()],
                },
                snapshot: Empty {},
                auth: Granted {
                    device_token: String::new(),
                    role: "operator".into(),
                    scopes: crate::Scope::ALL.iter().map(|s| s.name().into()).collect(),
                    issued_at_ms: 1,
                },
                policy: Policy { max_payload: 524_288, max_buffered_bytes: 1_572_864, tick_interval_ms: 30_000 },
            },
        );
    }

    #[test]
    fn both_forms_are_read_and_told_apart() {
        let v4 = serde_json::json!({"protocol": {"min": 3, "max": 4}, "client": client()});
        let flat = serde_json::json!({"minProtocol": 3, "maxProtocol": 4, "client": client()});
        let v4: Connect = serde_json::from_value(v4).unwrap();
        let flat: Connect = serde_json::from_value(flat).unwrap();
        assert_eq!((v4.form, flat.form), (Form::V4, Form::Flat));
        assert_eq!(v4.params, flat.params);
    }

    #[test]
    fn a_client_without_platform_is_refused() {
        let lacking = serde_json::json!({
            "protocol": {"min": 3, "max": 4},
            "client": {"id": "x", "version": "1", "mode": "operator"},
        });
        assert!(serde_json::from_value::<Connect>(lacking).is_err());
    }

    #[test]
    fn debug_output_shows_no_credential() {
        let secret = Credentials { api_key: Some("mk_secret".into()), ..Default::default() };
        assert!(!format!("{secret:?}").contains("mk_secret"));
    }
}
