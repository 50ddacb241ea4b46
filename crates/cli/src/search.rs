//! Words found in what the window kept of all nodes.

use std::process::ExitCode;

use contract::activity::Found;
use contract::calls::{Handler, Search};
use fleet::truth::PILOT;

use crate::args::Among;
use crate::desk::Desk;
use crate::log::{filter, there};
use crate::out::{self, Form, json, line, time};

/// Prints what holds the words, newest first; fails where nothing does.
pub async fn search(desk: &Desk, words: &str, among: &Among, limit: u32, form: Form) -> anyhow::Result<ExitCode> {
    there(desk)?;
    let filter = filter(desk, among)?;
    let asked = Search { words: words.to_owned(), filter, limit };
    let found = desk.fleet.search(PILOT, asked).await?;
    for mut found in found.iter().cloned() {
        found.node = desk.name(&found.node);
        match form {
            Form::Json => json(&found)?,
            Form::Text => print(&found)?,
        }
    }
    if found.is_empty() {
        out::note("Nothing that was kept holds these words.");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(found: &Found) -> std::io::Result<()> {
    let place = [Some(&found.node), found.agent.as_ref(), found.session.as_ref()];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    line(&format!("{} {}  {}\n    {}", time(found.at), place.join(" / "), found.event, found.excerpt))
}
