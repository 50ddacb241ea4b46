//! One place that models are had from: its address, its key, its list.

use std::sync::Arc;
use std::time::Duration;

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;
use wire::chat_event::ChatErrorKind;

use super::anthropic::Anthropic;
use super::openai::OpenAi;
use super::{Model, ModelError, sse};
use crate::config::{self, Kind};
use crate::keys::Keys;

const ANTHROPIC_VERSION: &str = "2023-06-01";

/// A provider as the settings name it, or as it was found on its usual port.
pub(super) struct Provider {
    pub name: String,
    pub origin: Origin,
    pub endpoint: Arc<Endpoint>,
    /// The models that the settings choose; asked for when empty.
    pub chosen: Vec<String>,
    pub thinking: Option<u32>,
}

/// Why a provider is in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The settings name it: if it fails, the person wants to know.
    Named,
    /// Looked for: if it is not there, nobody asked.
    LookedFor,
}

impl Provider {
    pub fn named(name: &str, told: &config::Provider, keys: &Keys) -> Self {
        let usual = match told.kind {
            Kind::OpenAi => "https://api.openai.com/v1",
            Kind::Anthropic => "https://api.anthropic.com/v1",
            Kind::Ollama => "http://127.0.0.1:11434",
        };
        let base = told.base_url.as_ref().map_or(usual, |url| url.get_ref().as_str());
        let endpoint = Endpoint {
            kind: told.kind,
            base: base_of(told.kind, base),
            key: KeyPlace {
                provider: name.to_owned(),
                env: told.key_env.clone(),
                name: told.key_name.as_ref().map(|name| name.get_ref().clone()),
                keys: keys.clone(),
            },
            client: client_for(base),
        };
        Self {
            name: name.to_owned(),
            origin: Origin::Named,
            endpoint: Arc::new(endpoint),
            chosen: told.models.clone(),
            thinking: told.thinking_tokens,
        }
    }

    pub fn looked_for(name: &str, base: &str, keys: &Keys) -> Self {
        let told = config::Provider {
            kind: Kind::OpenAi,
            base_url: Some(toml::Spanned::new(0..0, base.to_owned())),
            key_env: None,
            key_name: None,
            models: Vec::new(),
            thinking_tokens: None,
        };
        Self { origin: Origin::LookedFor, ..Self::named(name, &told, keys) }
    }

    pub fn model(&self) -> Arc<dyn Model> {
        let endpoint = Arc::clone(&self.endpoint);
        match endpoint.kind {
            Kind::OpenAi | Kind::Ollama => Arc::new(OpenAi { endpoint }),
            Kind::Anthropic => Arc::new(Anthropic { endpoint, thinking: self.thinking }),
        }
    }

    /// The names of its models, the best guess first.
    pub async fn models(&self) -> Result<Vec<String>, ModelError> {
        if !self.chosen.is_empty() {
            self.endpoint.key.get().await?;
            return Ok(self.chosen.clone());
        }
        let patience = match self.origin {
            Origin::Named => Duration::from_secs(8),
            Origin::LookedFor => Duration::from_secs(1),
        };
        let request = self.endpoint.get("models").await?.timeout(patience);
        let listed: Value =
            sse::accepted(request).await?.json().await.map_err(|_| {
                ModelError::new(ChatErrorKind::ApiError, "The provider's list of models cannot be read.")
            })?;
        Ok(ordered(&listed))
    }
}

/// Where requests go.
pub(super) struct Endpoint {
    pub kind: Kind,
    base: String,
    key: KeyPlace,
    client: reqwest::Client,
}

impl Endpoint {
    pub async fn post(&self, path: &str) -> Result<RequestBuilder, ModelError> {
        self.signed(self.client.post(format!("{}/{path}", self.base))).await
    }

    async fn get(&self, path: &str) -> Result<RequestBuilder, ModelError> {
        self.signed(self.client.get(format!("{}/{path}", self.base))).await
    }

    async fn signed(&self, request: RequestBuilder) -> Result<RequestBuilder, ModelError> {
        let key = self.key.get().await?;
        Ok(match (self.kind, key) {
            (Kind::Anthropic, key) => {
                let request = request.header("anthropic-version", ANTHROPIC_VERSION);
                match key {
                    Some(key) => request.header("x-api-key", secret_header(&key)?),
                    None => request,
                }
            }
            (Kind::OpenAi | Kind::Ollama, Some(key)) => request.bearer_auth(key.expose_secret()),
            (Kind::OpenAi | Kind::Ollama, None) => request,
        })
    }
}

/// Where a provider's key is; asked anew for each request.
struct KeyPlace {
    provider: String,
    env: Option<String>,
    name: Option<String>,
    keys: Keys,
}

impl KeyPlace {
    async fn get(&self) -> Result<Option<SecretString>, ModelError> {
        let lacking = |detail: String| ModelError::new(ChatErrorKind::AuthError, detail);
        if let Some(name) = &self.name {
            let asked = tokio::time::timeout(Duration::from_secs(10), self.keys.key(name)).await;
            return match asked {
                Ok(Ok(Some(key))) => Ok(Some(key)),
                Ok(Ok(None)) => Err(lacking(format!(
                    "The keyring has no key {name:?} for {}. Put it there with `pilot key set {name} < key.txt`.",
                    self.provider
                ))),
                Ok(Err(sentence)) => Err(lacking(sentence)),
                Err(_) => Err(lacking("The keyring does not answer. Unlock it and try again.".to_owned())),
            };
        }
        let Some(variable) = &self.env else {
            return Ok(None);
        };
        match std::env::var(variable) {
            Ok(key) if !key.trim().is_empty() => Ok(Some(key.trim().to_owned().into())),
            _ => Err(lacking(format!(
                "The environment variable {variable} with the key of {} is not set.",
                self.provider
            ))),
        }
    }
}

fn secret_header(key: &SecretString) -> Result<reqwest::header::HeaderValue, ModelError> {
    let mut value = reqwest::header::HeaderValue::from_str(key.expose_secret()).map_err(|_| {
        ModelError::new(ChatErrorKind::AuthError, "The key has characters that no key has. Enter it again.")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Ollama speaks the OpenAI API below `/v1`; people give either address.
fn base_of(kind: Kind, told: &str) -> String {
    let base = told.trim_end_matches('/');
    match kind {
        Kind::Ollama if !base.ends_with("/v1") => format!("{base}/v1"),
        _ => base.to_owned(),
    }
}

/// A proxy from the environment is for the outside, never for this machine.
fn client_for(base: &str) -> reqwest::Client {
    let local = Url::parse(base).ok().is_some_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    });
    let builder = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(300))
        .user_agent(concat!("pilothouse/", env!("CARGO_PKG_VERSION")));
    let builder = if local { builder.no_proxy() } else { builder };
    builder.build().unwrap_or_default()
}

/// Chat models only, the newest first where dates are told.
fn ordered(listed: &Value) -> Vec<String> {
    const NOT_FOR_CHAT: [&str; 14] = [
        "embed",
        "whisper",
        "tts",
        "dall-e",
        "image",
        "audio",
        "realtime",
        "moderation",
        "transcribe",
        "babbage",
        "davinci",
        "instruct-0914",
        "sora",
        "rerank",
    ];
    let data = listed["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut models: Vec<(i64, &str)> = data
        .iter()
        .filter_map(|model| Some((model["created"].as_i64().unwrap_or(0), model["id"].as_str()?)))
        .filter(|(_, id)| !NOT_FOR_CHAT.iter().any(|word| id.contains(word)))
        .collect();
    models.sort_by_key(|(created, _)| std::cmp::Reverse(*created));
    models.into_iter().map(|(_, id)| id.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_newest_chat_model_is_first() {
        let listed = json!({"data": [
            {"id": "old-chat", "created": 1}, {"id": "text-embedding-3", "created": 9},
            {"id": "new-chat", "created": 5},
        ]});
        assert_eq!(ordered(&listed), ["new-chat", "old-chat"]);
    }

    #[test]
    fn both_addresses_of_ollama_lead_to_the_same_place() {
        assert_eq!(base_of(Kind::Ollama, "http://h:1/"), "http://h:1/v1");
        assert_eq!(base_of(Kind::Ollama, "http://h:1/v1"), "http://h:1/v1");
    }
}
