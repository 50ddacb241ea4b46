//! Models that the gateway can reach.

use serde::{Deserialize, Serialize};

/// One model; `id` is `provider::model`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelEntry {
    pub id: String,
    pub display_name: String,
    pub provider: String,
    /// The one that is used where none is named.
    #[serde(default)]
    pub preferred: bool,
    #[serde(default)]
    pub recommended: bool,
    #[serde(default)]
    pub supports_tools: bool,
    #[serde(default)]
    pub supports_vision: bool,
    #[serde(default)]
    pub supports_reasoning: bool,
    #[serde(default)]
    pub unsupported: bool,
    /// Why it cannot be used, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsupported_reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    #[test]
    fn model_form() {
        check(
            "model",
            &ModelEntry {
                id: "ollama::qwen3".into(),
                display_name: "qwen3".into(),
                provider: "ollama".into(),
                preferred: true,
                recommended: false,
                supports_tools: true,
                supports_vision: false,
                supports_reasoning: false,
                unsupported: false,
                unsupported_reason: Some("No key was found.".into()),
            },
        );
    }
}
