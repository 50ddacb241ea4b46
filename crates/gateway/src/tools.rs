//! What an agent may do beyond talking: tools, each bound to the agent's
//! workspace. One file a tool; a new one gets its line in [`ALL`].

mod exec;
mod glob;
mod grep;
mod read_file;
mod write_file;

mod workspace;

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::approval::Kind;

use crate::model::ToolSpec;

pub(crate) use workspace::Workspace;

/// Every tool there is.
const ALL: &[&dyn Tool] = &[&read_file::ReadFile, &glob::Glob, &grep::Grep, &write_file::WriteFile, &exec::Exec];

/// One thing that an agent may do.
pub(crate) trait Tool: Send + Sync {
    fn spec(&self) -> ToolSpec;

    /// What a person is asked before the tool runs; `None` when nobody is asked.
    ///
    /// # Errors
    /// When these arguments cannot be run at all: then nobody is asked either.
    fn ask(&self, bench: &Bench, arguments: &Value) -> Result<Option<Ask>, ToolError>;

    /// Does it. Dropping the future ends it, with all processes it started.
    fn run<'a>(&'a self, bench: &'a Bench, arguments: Value) -> BoxFuture<'a, Result<Value, ToolError>>;
}

/// Where a tool works.
pub(crate) struct Bench {
    pub workspace: Workspace,
    pub scope: supervise::Scope,
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub kind: Kind,
    /// What would be done, in one line where possible.
    pub command: String,
    /// What "always" would allow: exactly this.
    pub rule: String,
    pub path: Option<String>,
    pub preview: Option<String>,
}

/// Why a tool did not do it; the model is told the same sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ToolError(pub String);

impl ToolError {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|tool| tool.spec().name)
}

pub(crate) fn find(name: &str) -> Option<&'static dyn Tool> {
    ALL.iter().copied().find(|tool| tool.spec().name == name)
}

/// The tools of these names, as models are told of them.
pub(crate) fn specs(names: &[&'static str]) -> Vec<ToolSpec> {
    ALL.iter().map(|tool| tool.spec()).filter(|spec| names.contains(&spec.name)).collect()
}

/// Runs blocking file work of a tool.
async fn on_disk<T: Send + 'static>(
    bench: &Bench,
    name: &str,
    work: impl FnOnce(&Workspace) -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    let workspace = bench.workspace.clone();
    let done = bench.scope.blocking(name, move || work(&workspace)).await;
    done.map_err(|_| ToolError::new("The tool was interrupted."))?
}

fn arguments<T: DeserializeOwned>(arguments: &Value) -> Result<T, ToolError> {
    if !arguments.is_object() {
        return Err(ToolError::new("The arguments are not a JSON object. Call the tool again with one."));
    }
    T::deserialize(arguments).map_err(|error| ToolError::new(format!("The arguments do not fit: {error}.")))
}

/// At most `limit` characters of `text`, and whether that was all.
fn cut(text: &str, limit: usize) -> (String, bool) {
    match text.char_indices().nth(limit) {
        Some((end, _)) => (text[..end].to_owned(), false),
        None => (text.to_owned(), true),
    }
}
