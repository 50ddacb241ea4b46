//! `write_file`: makes a file or replaces its content, with a person's approval.

use std::fs;
use std::io::Write;
use std::path::Path;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::approval::Kind;

use super::{Ask, Bench, Tool, ToolError, arguments, cut, on_disk};
use crate::model::ToolSpec;

const MAX_BYTES: usize = 4 << 20;
/// Characters of the content that the person is shown.
const PREVIEW: usize = 4000;

pub(super) struct WriteFile;

#[derive(Deserialize)]
struct Arguments {
    path: String,
    content: String,
}

impl Tool for WriteFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "write_file",
            description: "Writes a text file of the workspace, replacing what was in it. A person is asked first.",
            schema: json!({"type": "object", "required": ["path", "content"], "properties": {
                "path": {"type": "string"},
                "content": {"type": "string"},
            }}),
        }
    }

    fn ask(&self, bench: &Bench, told: &Value) -> Result<Option<Ask>, ToolError> {
        let told: Arguments = arguments(told)?;
        if told.content.len() > MAX_BYTES {
            return Err(ToolError(format!("A file may have at most {MAX_BYTES} bytes.")));
        }
        // Refused before anybody is asked; checked again when it is written.
        bench.workspace.may_write(&told.path)?;
        Ok(Some(Ask {
            kind: Kind::WriteFile,
            command: format!("write {} ({} bytes)", told.path, told.content.len()),
            rule: told.path.clone(),
            preview: Some(cut(&told.content, PREVIEW).0),
            path: Some(told.path),
        }))
    }

    fn run<'a>(&'a self, bench: &'a Bench, told: Value) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            let told: Arguments = arguments(&told)?;
            on_disk(bench, "write_file", move |workspace| {
                let (folder, name) = workspace.place_for(&told.path)?;
                let created = !folder.join(&name).exists();
                replace(&folder, &name, told.content.as_bytes())
                    .map_err(|error| ToolError(format!("{} cannot be written: {error}.", told.path)))?;
                Ok(json!({"path": told.path, "bytes": told.content.len(), "created": created}))
            })
            .await
        })
    }
}

/// Writes beside and renames, so that nobody sees half a file and a link of
/// that name is replaced instead of followed.
fn replace(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    let beside = folder.join(format!(".{name}.{}.tmp", uuid::Uuid::new_v4().simple()));
    let target = folder.join(name);
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
        if let Ok(old) = fs::symlink_metadata(&target)
            && old.is_file()
        {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, &target)
    })();
    if written.is_err() {
        // The half-written file is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written
}
