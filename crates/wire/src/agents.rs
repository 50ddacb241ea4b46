//! Agents and the presets they are made from.

use serde::{Deserialize, Serialize};

/// Answer of `agents.list`, and payload of `agents.changed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentsList {
    pub default_id: String,
    pub agents: Vec<AgentEntry>,
}

/// One agent. The last four fields are extensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentEntry {
    pub id: String,
    pub name: String,
    pub is_default: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// What Moltis calls theme and our presets call vibe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub created_at: u64,
    #[serde(default)]
    pub updated_at: u64,
    #[serde(default)]
    pub workspace_prompt_files: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The folder that its tools are bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// The model that it would use now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The tools that its preset leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<String>>,
}

/// Answer of `agents.presets_list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PresetsList {
    pub presets: Vec<PresetEntry>,
}

/// One preset. The last two fields are extensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PresetEntry {
    pub id: String,
    pub name: String,
    pub emoji: Option<String>,
    pub theme: Option<String>,
    pub model: Option<String>,
    pub system_prompt_suffix: Option<String>,
    #[serde(default)]
    pub tools_allow: Vec<String>,
    #[serde(default)]
    pub tools_deny: Vec<String>,
    #[serde(default)]
    pub delegate_only: bool,
    /// `built_in` or `custom`.
    #[serde(default)]
    pub provenance: String,
    #[serde(default)]
    pub toml_backed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_iterations: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_secs: Option<u64>,
}

/// Parameters of `agents.set_session`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetSessionParams {
    #[serde(alias = "sessionKey")]
    pub session_key: String,
    #[serde(alias = "agentId")]
    pub agent_id: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetSessionReply {
    pub ok: bool,
    pub agent_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    #[test]
    fn agents_list_form() {
        let entry = AgentEntry {
            id: "main".into(),
            name: "pilot".into(),
            is_default: true,
            emoji: Some("🧭".into()),
            theme: Some("calm".into()),
            description: Some("Default agent".into()),
            created_at: 1,
            updated_at: 2,
            workspace_prompt_files: vec![],
            preset: Some("assistant".into()),
            workspace: Some("/home/user/work".into()),
            model: Some("demo::demo".into()),
            tools: Some(vec!["glob".into()]),
        };
        check("agents_list", &AgentsList { default_id: "main".into(), agents: vec![entry] });
    }

    #[test]
    fn presets_list_form() {
        let entry = PresetEntry {
            id: "coder".into(),
            name: "forge".into(),
            emoji: Some("⚡".into()),
            theme: Some("precise".into()),
            model: Some("anthropic/claude".into()),
            system_prompt_suffix: Some("Be brief.".into()),
            tools_allow: vec!["exec".into()],
            tools_deny: vec!["spawn_agent".into()],
            delegate_only: false,
            provenance: "built_in".into(),
            toml_backed: false,
            max_iterations: Some(50),
            timeout_secs: Some(600),
        };
        check("presets_list", &PresetsList { presets: vec![entry] });
    }

    #[test]
    fn set_session_form() {
        check("agents_set_session", &SetSessionParams { session_key: "s".into(), agent_id: "main".into() });
        check("agents_set_session_reply", &SetSessionReply { ok: true, agent_id: "main".into() });
    }
}
