//! `glob`: the files whose path fits a pattern.

use std::path::Path;

use futures_util::future::BoxFuture;
use globset::GlobBuilder;
use ignore::{DirEntry, WalkBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ask, Bench, Tool, ToolError, Workspace, arguments, on_disk};
use crate::model::ToolSpec;

const MAX_PATHS: usize = 1000;
/// Files that are looked at before giving up.
pub(super) const MAX_WALKED: usize = 200_000;

pub(super) struct Glob;

#[derive(Deserialize)]
struct Arguments {
    pattern: String,
    #[serde(default)]
    path: Option<String>,
}

impl Tool for Glob {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "glob",
            description: "Lists the files of the workspace whose path fits a pattern such as `**/*.rs`. Ignored \
                          files (.gitignore) are left out.",
            schema: json!({"type": "object", "required": ["pattern"], "properties": {
                "pattern": {"type": "string"},
                "path": {"type": "string", "description": "folder to begin in"},
            }}),
        }
    }

    fn ask(&self, _bench: &Bench, _arguments: &Value) -> Result<Option<Ask>, ToolError> {
        Ok(None)
    }

    fn run<'a>(&'a self, bench: &'a Bench, told: Value) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            let told: Arguments = arguments(&told)?;
            on_disk(bench, "glob", move |workspace| list(workspace, &told)).await
        })
    }
}

fn list(workspace: &Workspace, told: &Arguments) -> Result<Value, ToolError> {
    let start = workspace.existing(told.path.as_deref().unwrap_or("."))?;
    let root = workspace.root()?;
    let matcher = GlobBuilder::new(&told.pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| ToolError(format!("The pattern is not valid: {error}.")))?
        .compile_matcher();
    let mut paths = Vec::new();
    let mut truncated = false;
    for (walked, entry) in files(&start).enumerate() {
        let below = entry.path().strip_prefix(&start).unwrap_or(entry.path());
        if matcher.is_match(below) {
            paths.push(Workspace::shown(&root, entry.path()));
        }
        if paths.len() > MAX_PATHS || walked >= MAX_WALKED {
            paths.truncate(MAX_PATHS);
            truncated = true;
            break;
        }
    }
    paths.sort();
    Ok(json!({"root": root.display().to_string(), "paths": paths, "truncated": truncated}))
}

/// The files below `start`. Links are not followed: they could lead out.
pub(super) fn files(start: &Path) -> impl Iterator<Item = DirEntry> {
    let walk = WalkBuilder::new(start)
        .hidden(false)
        .follow_links(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
}
