//! The form of the settings file. What it means is decided in `agent` and
//! `model`; whether it hangs together in `check`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// What this gateway is called where many are listed.
    pub name: Option<String>,
    pub agents: Agents,
    pub gateway: Gateway,
    pub models: Models,
    pub providers: BTreeMap<String, Provider>,
    pub limits: Limits,
}

/// Presets, and which one is used where none is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Agents {
    pub default: Option<Spanned<String>>,
    pub presets: BTreeMap<String, Preset>,
}

/// A named way to set an agent up.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preset {
    pub identity: Identity,
    /// `provider/model`.
    pub model: Option<String>,
    pub tools: ToolPolicy,
    pub system_prompt_suffix: Option<String>,
    pub max_iterations: Option<u32>,
    pub timeout_secs: Option<u64>,
    /// Not in the file: this one came with the program.
    #[serde(skip)]
    pub built_in: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    pub name: Option<String>,
    pub emoji: Option<String>,
    pub vibe: Option<String>,
}

/// Which tools an agent has: all, or those in `allow`; never those in `deny`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToolPolicy {
    pub allow: Vec<Spanned<String>>,
    pub deny: Vec<Spanned<String>>,
}

impl ToolPolicy {
    pub fn allows(&self, tool: &str) -> bool {
        let named = |list: &[Spanned<String>]| list.iter().any(|name| name.get_ref() == tool);
        (self.allow.is_empty() || named(&self.allow)) && !named(&self.deny)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gateway {
    /// `false` keeps the first agent alone.
    pub multi_agent: Option<bool>,
    pub agents: Vec<Agent>,
}

/// One agent of this gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    pub id: Spanned<String>,
    #[serde(default)]
    pub preset: Option<Spanned<String>>,
    #[serde(default)]
    pub identity: Identity,
    #[serde(default)]
    pub description: Option<String>,
    /// `~` is the home folder; relative paths start at the data folder.
    #[serde(default)]
    pub workspace: Option<PathBuf>,
    /// Instead of the preset's.
    #[serde(default)]
    pub model: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Models {
    /// `provider/model` for agents that name none.
    pub default: Option<String>,
    /// Whether Ollama and LM Studio are looked for on their usual ports.
    pub discover: bool,
}

impl Default for Models {
    fn default() -> Self {
        Self { default: None, discover: true }
    }
}

/// Where models are had from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub kind: Kind,
    /// Without it the usual address of the kind.
    #[serde(default)]
    pub base_url: Option<Spanned<String>>,
    /// The environment variable that holds the key.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The name of the key in the keyring.
    #[serde(default)]
    pub key_name: Option<Spanned<String>>,
    /// The models to offer, the best first; asked for when empty.
    #[serde(default)]
    pub models: Vec<String>,
    /// Anthropic: how many tokens it may think; none when absent.
    #[serde(default)]
    pub thinking_tokens: Option<u32>,
}

/// Whose API a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    OpenAi,
    Anthropic,
    Ollama,
}

/// Limits where a preset has none of its own.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Rounds with the model in one run.
    pub max_iterations: u32,
    /// Seconds that one run may take, waiting for approvals included.
    pub timeout_secs: u64,
    /// Seconds until an approval that nobody answers is refused.
    pub approval_secs: u64,
    /// Messages that may wait in one session.
    pub queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_iterations: 25, timeout_secs: 1800, approval_secs: 120, queue: 32 }
    }
}
