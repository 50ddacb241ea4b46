//! `grep`: the lines that fit a regular expression.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use futures_util::future::BoxFuture;
use globset::GlobBuilder;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::glob::{MAX_WALKED, files};
use super::{Ask, Bench, Tool, ToolError, Workspace, arguments, cut, on_disk};
use crate::model::ToolSpec;

const MAX_MATCHES: usize = 200;
/// Larger files are left out.
const MAX_FILE: u64 = 2 << 20;
/// Characters of a line that are told.
const MAX_LINE: usize = 300;

pub(super) struct Grep;

#[derive(Deserialize)]
struct Arguments {
    pattern: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    glob: Option<String>,
    #[serde(default)]
    ignore_case: bool,
}

impl Tool for Grep {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "grep",
            description: "Finds the lines in files of the workspace that fit a regular expression.",
            schema: json!({"type": "object", "required": ["pattern"], "properties": {
                "pattern": {"type": "string"},
                "path": {"type": "string", "description": "file, or folder to begin in"},
                "glob": {"type": "string", "description": "only files whose path fits, such as **/*.rs"},
                "ignore_case": {"type": "boolean"},
            }}),
        }
    }

    fn ask(&self, _bench: &Bench, _arguments: &Value) -> Result<Option<Ask>, ToolError> {
        Ok(None)
    }

    fn run<'a>(&'a self, bench: &'a Bench, told: Value) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            let told: Arguments = arguments(&told)?;
            on_disk(bench, "grep", move |workspace| search(workspace, &told)).await
        })
    }
}

fn search(workspace: &Workspace, told: &Arguments) -> Result<Value, ToolError> {
    let start = workspace.existing(told.path.as_deref().unwrap_or("."))?;
    let root = workspace.root()?;
    let pattern = RegexBuilder::new(&told.pattern)
        .case_insensitive(told.ignore_case)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| ToolError(format!("The pattern is not valid: {error}.")))?;
    let only = match &told.glob {
        Some(glob) => Some(
            GlobBuilder::new(glob)
                .build()
                .map_err(|error| ToolError(format!("The glob is not valid: {error}.")))?
                .compile_matcher(),
        ),
        None => None,
    };
    let mut matches = Vec::new();
    for entry in files(&start).take(MAX_WALKED) {
        let shown = Workspace::shown(&root, entry.path());
        if only.as_ref().is_none_or(|only| only.is_match(&shown)) {
            search_file(entry.path(), &shown, &pattern, &mut matches);
        }
        if matches.len() >= MAX_MATCHES {
            break;
        }
    }
    let truncated = matches.len() >= MAX_MATCHES;
    Ok(json!({"matches": matches, "truncated": truncated}))
}

fn search_file(path: &Path, shown: &str, pattern: &Regex, matches: &mut Vec<Value>) {
    let mut bytes = Vec::new();
    let Ok(file) = File::open(path) else { return };
    let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
    if read.is_err() || bytes.len() as u64 > MAX_FILE || bytes.iter().take(8000).any(|byte| *byte == 0) {
        return;
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate().filter(|(_, line)| pattern.is_match(line));
    for (number, line) in lines.take(MAX_MATCHES - matches.len()) {
        matches.push(json!({"path": shown, "line": number + 1, "text": cut(line, MAX_LINE).0}));
    }
}
