//! `pilot` as a person uses it: our own gateway and a real OpenClaw from a terminal, and what it says when it cannot.

use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::desk::Desk;
use testkit::fake_model::FakeModel;
use testkit::part::Part;
use testkit::running::{Running, input};
use testkit::wait::until;
use testkit::{openclaw, or_skip};

/// How long one command may take here, beside other tests.
const PATIENCE: Duration = Duration::from_secs(90);
const TOKEN: &str = "a-token-for-this-test-only";

#[tokio::test]
async fn our_own_gateway_answers_from_the_terminal() -> Result<()> {
    let (desk, pilot) = or_skip!(terminal().await);
    let (_gateway, url) = own_gateway(&desk, &pilot)?;
    let said = pilot.run(&desk, &["send", &url, "hello there", "--wait", "--json", "--key-stdin"], TOKEN).await?;
    let events = events(&said)?;
    let last = events.last().context("it printed nothing")?;
    ensure!(last["event"] == "run.finished" && last["outcome"] == "ok", "it ended with {last}");
    ensure!(events.iter().any(|event| event["event"] == "text.delta"), "nothing streamed: {events:?}");
    ensure!(events.iter().all(|event| event["node"].is_string()), "an event without its node: {events:?}");
    Ok(())
}

#[tokio::test]
async fn an_openclaw_is_kept_with_its_key_and_answers() -> Result<()> {
    let (desk, pilot) = or_skip!(terminal().await);
    let claw = or_skip!(openclaw::start().await);
    let added = pilot.run(&desk, &["node", "add", "lab", &claw.url(), "--key-stdin"], claw.token()).await?;
    ensure!(added.status.success(), "{}", words(&added));
    // The key is in the keyring now, so nobody gives it again.
    let said = pilot.run(&desk, &["send", "lab", "[tool:echo aye] go", "--wait", "--json"], "").await?;
    let events = events(&said)?;
    let names: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    for name in ["run.started", "tool.started", "tool.finished", "run.finished"] {
        ensure!(names.contains(&name), "no {name} among {names:?}");
    }
    let sessions = pilot.run(&desk, &["sessions", "lab"], "").await?;
    ensure!(words(&sessions).contains("main"), "{}", words(&sessions));
    Ok(())
}

#[tokio::test]
async fn a_key_never_stands_in_the_apps_folder() -> Result<()> {
    let (desk, pilot) = or_skip!(terminal().await);
    let (_gateway, url) = own_gateway(&desk, &pilot)?;
    let added = pilot.run(&desk, &["node", "add", "own", &url, "--key-stdin"], TOKEN).await?;
    ensure!(added.status.success(), "{}", words(&added));
    ensure!(!words(&added).contains(TOKEN), "the key was shown: {}", words(&added));
    for entry in walkdir::WalkDir::new(desk.home()).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let bytes = std::fs::read(entry.path())?;
        let holds_key = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
        ensure!(!holds_key, "{} holds the key", entry.path().display());
    }
    Ok(())
}

#[tokio::test]
async fn a_providers_key_goes_from_the_keyring_to_the_provider_and_nowhere_else() -> Result<()> {
    let (desk, pilot) = or_skip!(terminal().await);
    let model = FakeModel::start().await?;
    let data = desk.home().join("headless");
    std::fs::create_dir_all(&data)?;
    let settings = format!(
        "[models]\ndefault = \"box/fake-model\"\n[providers.box]\nkind = \"openai\"\nbase_url = \"{}\"\nkey_name = \"box\"\n",
        model.url()
    );
    std::fs::write(data.join("gateway.toml"), settings)?;
    let kept = pilot.run(&desk, &["key", "set", "box"], "a-provider-key").await?;
    ensure!(kept.status.success() && !words(&kept).contains("a-provider-key"), "{}", words(&kept));

    let (_gateway, url) = own_gateway(&desk, &pilot)?;
    let said = pilot.run(&desk, &["send", &url, "hello there", "--wait", "--key-stdin"], TOKEN).await?;
    ensure!(said.status.success(), "{}", words(&said));
    let given = model.authorizations();
    ensure!(!given.is_empty() && given.iter().all(|key| key.as_deref() == Some("Bearer a-provider-key")), "{given:?}");
    Ok(())
}

#[tokio::test]
async fn a_request_that_comes_is_shown_as_it_is_with_what_answers_it() -> Result<()> {
    let (desk, pilot) = or_skip!(terminal().await);
    let (_gateway, url) = own_gateway(&desk, &pilot)?;
    let added = pilot.run(&desk, &["node", "add", "own", &url, "--key-stdin"], TOKEN).await?;
    ensure!(added.status.success(), "{}", words(&added));
    let log = desk.log("approvals.out");
    let watch = pilot.command(&desk, &["approvals", "--watch"]);
    let _watching = Running::start(&watch, std::process::Stdio::null(), &log)?;
    // A command that would overwrite its own line, said before or while the watch begins.
    let said = pilot.run(&desk, &["send", "own", "run echo harmful \r\u{1b}[2Kharmless"], "").await?;
    ensure!(said.status.success(), "{}", words(&said));
    let shown = || std::fs::read_to_string(&log).ok().filter(|text| text.contains("harmful"));
    let text = until("the request is shown", PATIENCE, || async { shown() }).await?;
    ensure!(!text.contains(['\r', '\u{1b}']) && text.contains('‹'), "the terminal was ordered about: {text:?}");
    let id = text.lines().flat_map(str::split_whitespace).find(|word| word.contains('#'));
    let id = id.with_context(|| format!("no id with a digest in {text}"))?;
    let denied = pilot.run(&desk, &["deny", id], "").await?;
    ensure!(words(&denied).contains("Denied on own"), "{}", words(&denied));
    // The end is told behind all that was shown of it.
    let ended = || std::fs::read_to_string(&log).ok().filter(|text| text.contains("denied"));
    let text = until("its end is shown", PATIENCE, || async { ended() }).await?;
    ensure!(text.matches(id).count() == 1, "it was shown twice: {text}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_told_by_the_exit_code() -> Result<()> {
    let (desk, pilot) = or_skip!(terminal().await);
    let misused = pilot.run(&desk, &["node", "ad"], "").await?;
    ensure!(misused.status.code() == Some(2), "{:?}", misused.status);
    let port = testkit::wait::free_port().await?;
    let nobody = pilot.run(&desk, &["node", "test", &format!("ws://127.0.0.1:{port}")], "").await?;
    ensure!(nobody.status.code() == Some(1), "{:?}: {}", nobody.status, words(&nobody));
    let open = pilot.run(&desk, &["node", "add", "far", "ws://gateway.example.com:8765", "--key-stdin"], TOKEN).await?;
    ensure!(open.status.code() == Some(1), "a plain connection to another host: {}", words(&open));
    ensure!(words(&open).contains("wss://"), "it does not say what to do: {}", words(&open));
    Ok(())
}

/// A desk to work at, and the program.
async fn terminal() -> Result<(Desk, Pilot)> {
    Ok((Desk::start().await?, Pilot(Part::Pilot.find()?)))
}

struct Pilot(std::path::PathBuf);

impl Pilot {
    fn command(&self, desk: &Desk, arguments: &[&str]) -> Command {
        let mut command = desk.command(&self.0);
        command.args(arguments);
        command
    }

    async fn run(&self, desk: &Desk, arguments: &[&str], given: &str) -> Result<Output> {
        let mut command = tokio::process::Command::from(self.command(desk, arguments));
        command.stdin(input(given)?).kill_on_drop(true);
        let done = tokio::time::timeout(PATIENCE, command.output()).await;
        Ok(done.with_context(|| format!("pilot {} did not end", arguments.join(" ")))??)
    }
}

fn own_gateway(desk: &Desk, pilot: &Pilot) -> Result<(Running, String)> {
    let data = desk.home().join("headless").display().to_string();
    let command = pilot.command(desk, &["gateway", "--listen", "127.0.0.1:0", "--token-stdin", "--data", &data]);
    Running::start_and_read(&command, input(TOKEN)?, &desk.log("gateway.out"))
}

/// What it printed, one JSON object a line.
fn events(output: &Output) -> Result<Vec<Value>> {
    ensure!(output.status.success(), "{}", words(output));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
