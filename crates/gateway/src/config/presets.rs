//! The presets that are there when the file names none of theirs: the four of
//! the multi-agent design, without models, so that they work with whatever
//! model is found.

use std::collections::BTreeMap;

use toml::Spanned;

use super::schema::{Identity, Preset, ToolPolicy};

/// Adds the built-in presets that the file does not define itself.
pub(super) fn fill(presets: &mut BTreeMap<String, Preset>) {
    for (name, preset) in built_in() {
        presets.entry(name.to_owned()).or_insert(Preset { built_in: true, ..preset });
    }
}

fn built_in() -> [(&'static str, Preset); 4] {
    [
        ("assistant", preset(("pilot", "🧭", "helpful and thorough"), (&[], &[]), "")),
        (
            "researcher",
            preset(
                ("scout", "🔍", "focused on finding information"),
                (&["read_file", "glob", "grep"], &["exec", "write_file"]),
                "You are a research specialist. Focus on gathering information efficiently.\n\
                 Do not modify files or execute commands: only search and report findings.",
            ),
        ),
        (
            "coder",
            Preset {
                max_iterations: Some(50),
                ..preset(
                    ("forge", "⚡", "efficient and precise"),
                    (&["exec", "read_file", "write_file", "glob", "grep"], &[]),
                    "",
                )
            },
        ),
        (
            "reviewer",
            preset(
                ("lens", "🔬", "thorough code reviewer"),
                (&["read_file", "glob", "grep"], &["exec", "write_file"]),
                "You are a code reviewer. Analyze code for bugs, security issues, and style.\n\
                 Never modify files: only provide analysis and recommendations.",
            ),
        ),
    ]
}

fn preset((name, emoji, vibe): (&str, &str, &str), (allow, deny): (&[&str], &[&str]), suffix: &str) -> Preset {
    let owned = |list: &[&str]| list.iter().map(|&item| Spanned::new(0..0, item.to_owned())).collect();
    Preset {
        identity: Identity { name: Some(name.to_owned()), emoji: Some(emoji.to_owned()), vibe: Some(vibe.to_owned()) },
        tools: ToolPolicy { allow: owned(allow), deny: owned(deny) },
        system_prompt_suffix: (!suffix.is_empty()).then(|| suffix.to_owned()),
        ..Preset::default()
    }
}
