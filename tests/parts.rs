//! The real parts that other tests stand on: each does what a test will ask of it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use serde_json::Value;
use testkit::desk::Desk;
use testkit::{openclaw, or_skip};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_real_openclaw_challenges_dies_and_comes_back() -> Result<()> {
    let mut claw = or_skip!(openclaw::start().await);
    ensure!(first_frame(&claw.url()).await?["event"] == "connect.challenge");
    claw.kill();
    ensure!(first_frame(&claw.url()).await.is_err(), "it still answers after its end");
    claw.resume().await?;
    ensure!(first_frame(&claw.url()).await?["event"] == "connect.challenge");
    Ok(())
}

#[tokio::test]
async fn a_desk_has_an_unlocked_keyring_of_its_own() -> Result<()> {
    let desk = or_skip!(Desk::start().await);
    let mut ask = desk.command("dbus-send");
    ask.args(["--session", "--print-reply=literal", "--dest=org.freedesktop.secrets"]);
    ask.args(["/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties.Get"]);
    ask.args(["string:org.freedesktop.Secret.Collection", "string:Locked"]);
    let answer = ask.output()?;
    let text = String::from_utf8_lossy(&answer.stdout);
    ensure!(text.contains("boolean false"), "{text}{}", String::from_utf8_lossy(&answer.stderr));
    Ok(())
}

async fn first_frame(url: &str) -> Result<Value> {
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await?;
    let frame = tokio::time::timeout(SOON, socket.next()).await?.context("the socket closed")??;
    Ok(serde_json::from_str(frame.to_text()?)?)
}
