//! What a person does with a node and its key.

use std::time::Duration;

use anyhow::{Result, ensure};
use testkit::planted::Planted;
use testkit::wait::until;

use super::Scene;

/// A wrong key is refused, the right one kept and used without being given again.
pub async fn added(scene: &mut Scene, url: &str, key: &str, wrong: &str) -> Result<()> {
    let refused = scene.pilot(&["node", "add", "refused", url, "--key-stdin"], wrong).await?;
    let agents = scene.pilot(&["agents", "refused"], "").await?;
    ensure!(!refused.status.success() || !agents.status.success(), "a wrong key opened the gateway");
    scene.pilot(&["node", "test", url, "--key-stdin", "--json"], wrong).await?;
    scene.pilot(&["agents", url, "--key-stdin"], wrong).await?;
    scene.pilot(&["node", "remove", "refused"], "").await?;

    scene.does(&["node", "test", url, "--key-stdin"], key).await?;
    scene.does(&["node", "add", "own", url, "--key-stdin"], key).await?;
    scene.does(&["agents", "own"], "").await?;
    scene.does(&["sessions", url, "--key-stdin"], &format!("{url} {key}\n")).await?;
    Ok(())
}

/// Everything there is to be seen of a node, and done.
pub async fn everything(scene: &mut Scene, node: &str) -> Result<()> {
    scene.does(&["send", node, "hello there, bosun", "--wait", "--json"], "").await?;
    scene.does(&["send", node, "and once more", "--wait"], "").await?;
    let log = scene.home().join("said.md").display().to_string();
    for asked in [
        &["node", "list", "--json"][..],
        &["node", "show", node],
        &["node", "show", node, "--json"],
        &["node", "test", node, "--json"],
        &["node", "discover", "--json"],
        &["agents", "--json"],
        &["sessions", node, "--json"],
        &["history", node, "main", "--json"],
        &["models", node, "--json"],
        &["can", node, "--json"],
        &["approvals", "--json"],
        &["approvals", "--history", "--json"],
        &["rules", "--json"],
        &["logs", node, "--json"],
        &["devices", node, "--json"],
        &["config", node, "get"],
        &["cron", node, "list", "--json"],
        &["log", "--json"],
        &["search", "bosun", "--json"],
        &["export", node, "main", "--output", &log],
        &["export", node, "main", "--form", "jsonl"],
        &["audit", "--json"],
        &["audit", "verify"],
        &["audit", "export"],
        &["usage", "--json"],
        &["usage", "--theirs", node, "--json"],
        &["drift", node, "--json"],
        &["help"],
    ] {
        // Not every gateway can do all of it; whatever is said, no key is. What is no command says nothing at all.
        let code = scene.pilot(asked, "").await?.status.code();
        ensure!(code != Some(2), "pilot does not understand `{}`", asked.join(" "));
    }
    ensure!(scene.does(&["audit", "--json"], "").await?.contains("node.add"), "the audit log is empty");
    Ok(())
}

/// Watched, and recorded in both ways, while somebody talks and says a key that nobody here knows.
pub async fn recorded(scene: &mut Scene, node: &str) -> Result<()> {
    let watch = scene.goes_on(&["watch", "--json"], "watch.out")?;
    let said = Planted::new("a key that was said");
    let words = format!("for the record, password: {}", said.key());
    for (file, more) in [("filled.jsonl", None), ("kept.jsonl", Some("--with-text"))] {
        let file = scene.home().join(file);
        let path = file.display().to_string();
        let arguments = [&["record", node, "--out", path.as_str()][..], more.as_slice()].concat();
        let record = scene.goes_on(&arguments, "record.out")?;
        until("the recording has begun", Duration::from_secs(60), || async {
            std::fs::read_to_string(&file).ok().filter(|text| text.contains("hello-ok")).map(drop)
        })
        .await?;
        scene.does(&["send", node, "-", "--wait"], &words).await?;
        until("the recording holds the answer", Duration::from_secs(60), || async {
            std::fs::read_to_string(&file).ok().filter(|text| text.contains("\"final\"")).map(drop)
        })
        .await?;
        drop(record);
        let text = std::fs::read_to_string(&file)?;
        ensure!(
            text.contains("\"method\":\"connect\"") && text.contains("REDACTED"),
            "no handshake in it: {text:.600}"
        );
        ensure!(text.contains("for the record") == more.is_some(), "what was said, in {path}");
        // Whoever said it keeps it in the session: only the recording must not hold it, whole or in the answer's pieces.
        ensure!(said.is_in(text.as_bytes()).is_none(), "the key that was said stands in {path}");
        let halves = said.key().split("+/~?");
        ensure!(halves.into_iter().all(|half| !text.contains(half)), "half of the key stands in {path}");
        let dialect = if text.contains("\"opened\":\"openclaw\"") { "openclaw" } else { "moltis" };
        let events = scene.does(&["decode", "--dialect", dialect, &path], "").await?;
        ensure!(events.contains("run.finished") && events.contains("\"ready\""), "it does not decode: {events:.600}");
    }
    drop(watch);
    Ok(())
}

/// Found in the configuration of another program, and kept.
pub async fn imported(scene: &mut Scene) -> Result<()> {
    scene.does(&["node", "discover"], "").await?;
    scene.does(&["node", "import", "--yes"], "").await?;
    Ok(())
}

/// Another key, another name, paused, resumed, gone.
pub async fn changed(scene: &mut Scene, node: &str, key: &str) -> Result<()> {
    scene.does(&["node", "edit", node, "--name", "other", "--key-stdin"], key).await?;
    scene.does(&["agents", "other", "--json"], "").await?;
    scene.does(&["node", "pause", "other"], "").await?;
    scene.does(&["node", "resume", "other"], "").await?;
    scene.does(&["node", "remove", "other"], "").await?;
    scene.pilot(&["key", "remove", "box"], "").await?;
    Ok(())
}
