//! `read_file`: the text of one file, or some lines of it.

use std::fs::File;
use std::io::Read;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ask, Bench, Tool, ToolError, arguments, cut, on_disk};
use crate::model::ToolSpec;

/// Bytes that are read of a file.
const MAX_BYTES: u64 = 8 << 20;
/// Characters that are told at once.
const MAX_TOLD: usize = 100_000;

pub(super) struct ReadFile;

#[derive(Deserialize)]
struct Arguments {
    path: String,
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

impl Tool for ReadFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "read_file",
            description: "Reads a text file of the workspace. `offset` skips that many lines, `limit` is how many \
                          to read.",
            schema: json!({"type": "object", "required": ["path"], "properties": {
                "path": {"type": "string"},
                "offset": {"type": "integer", "minimum": 0},
                "limit": {"type": "integer", "minimum": 1},
            }}),
        }
    }

    fn ask(&self, _bench: &Bench, _arguments: &Value) -> Result<Option<Ask>, ToolError> {
        Ok(None)
    }

    fn run<'a>(&'a self, bench: &'a Bench, told: Value) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            let told: Arguments = arguments(&told)?;
            on_disk(bench, "read_file", move |workspace| {
                let path = workspace.existing(&told.path)?;
                let unreadable = |error: std::io::Error| ToolError(format!("{} cannot be read: {error}.", told.path));
                // A pipe or a device would keep us waiting for ever.
                if !path.metadata().map_err(unreadable)?.is_file() {
                    return Err(ToolError(format!("{} is not a file.", told.path)));
                }
                let mut bytes = Vec::new();
                File::open(&path).map_err(unreadable)?.take(MAX_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
                answer(&told, &bytes)
            })
            .await
        })
    }
}

fn answer(told: &Arguments, bytes: &[u8]) -> Result<Value, ToolError> {
    if bytes.iter().take(8000).any(|byte| *byte == 0) {
        return Err(ToolError(format!("{} is not a text file.", told.path)));
    }
    let text = String::from_utf8_lossy(bytes);
    let wanted: String = text.split_inclusive('\n').skip(told.offset).take(told.limit.unwrap_or(usize::MAX)).collect();
    let (content, whole) = cut(&wanted, MAX_TOLD);
    let truncated = !whole || bytes.len() as u64 == MAX_BYTES;
    Ok(json!({
        "path": told.path, "content": content, "lines": text.lines().count(), "truncated": truncated,
    }))
}
