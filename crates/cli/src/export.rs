//! A whole session as a document.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use contract::calls::{Handler, SessionExport};
use contract::transcript::{self, SessionRef};
use fleet::truth::PILOT;

use crate::args::ExportForm;
use crate::desk::Desk;
use crate::out::{document, note, problem};

/// What is to be written down, and where to.
pub struct Wanted {
    pub node: String,
    pub session: String,
    pub form: ExportForm,
    pub output: Option<PathBuf>,
}

/// Writes the session down; while its node is away, what was kept of it.
pub async fn export(desk: &Desk, wanted: Wanted) -> anyhow::Result<ExitCode> {
    let head = desk.find(&wanted.node).await?;
    if let Err(error) = desk.ready(&head).await {
        problem(&error.to_string());
    }
    let form = match wanted.form {
        ExportForm::Markdown => transcript::ExportForm::Markdown,
        ExportForm::Jsonl => transcript::ExportForm::Jsonl,
    };
    let of = SessionRef { node: head.id, session: wanted.session };
    let asked = desk.fleet.session_export(PILOT, SessionExport { of, form });
    let text = asked.await?;
    match &wanted.output {
        None => document(&text)?,
        Some(path) => {
            write_new(path, &text)?;
            note(&format!("Written to {}.", path.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that does not exist yet: nothing of the person's is ever lost to an export.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = match File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} exists already; name another file, or move that one away", path.display())
        }
        opened => opened.with_context(|| format!("{} cannot be written", path.display()))?,
    };
    file.write_all(text.as_bytes()).with_context(|| format!("{} was not written whole", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_exists_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        write_new(&path, "one").unwrap();
        let error = write_new(&path, "two").unwrap_err().to_string();
        assert!(error.contains("exists already"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
    }
}
