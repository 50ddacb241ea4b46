//! The real window, pressed and read as a person does it.

use std::time::Duration;

use anyhow::Result;
use fantoccini::Locator;
use testkit::desk::Desk;
use testkit::window::Window;
use testkit::{openclaw, or_skip, window};

/// Beside other tests on two cores.
const SOON: Duration = Duration::from_secs(30);
/// A node that went away is shown so within seconds, and its back-off stays under a minute.
const BACK: Duration = Duration::from_secs(90);

#[tokio::test]
async fn the_window_opens_with_the_local_node_ready() -> Result<()> {
    let (_desk, window) = or_skip!(window::open().await);
    window.shows("local", SOON).await?;
    window.shows("Ready", SOON).await?;
    window.close().await
}

#[tokio::test]
async fn an_openclaw_added_in_the_window_is_there_again_after_a_restart_and_after_its_own() -> Result<()> {
    let desk = or_skip!(Desk::start().await);
    let mut claw = or_skip!(openclaw::start().await);
    let first = or_skip!(desk.open().await);
    add(&first, "lab", &claw.url(), claw.token()).await?;
    shows_on_card(&first, "lab", "Ready", SOON).await?;
    first.close().await?;

    let again = desk.open().await?;
    shows_on_card(&again, "lab", "Ready", SOON).await?;
    claw.kill();
    shows_on_card(&again, "lab", "Offline", SOON).await?;
    shows_on_card(&again, "local", "Ready", SOON).await?;
    claw.resume().await?;
    shows_on_card(&again, "lab", "Ready", BACK).await?;
    again.close().await
}

#[tokio::test]
async fn agents_of_two_vendors_answer_side_by_side_and_panes_and_history_are_there_again() -> Result<()> {
    let desk = or_skip!(Desk::start().await);
    let claw = or_skip!(openclaw::start().await);
    let first = or_skip!(desk.open().await);
    add(&first, "lab", &claw.url(), claw.token()).await?;
    shows_on_card(&first, "lab", "Ready", SOON).await?;

    press(&first, "//nav//button[contains(., 'Split')]").await?;
    press(&first, "(//section)[1]//button[contains(., 'pilot')]").await?;
    press(&first, "(//section)[2]//button[contains(., 'Main')]").await?;
    shows_in_pane(&first, 1, "Say something to pilot").await?;
    shows_in_pane(&first, 2, "Say something to Main").await?;
    say(&first, "Message pilot on local", "steer north").await?;
    say(&first, "Message Main on lab", "[slow:12] steer south").await?;
    shows_in_pane(&first, 1, "You said: steer north").await?;
    shows_in_pane(&first, 2, "slow11").await?;
    for line in ["local / pilot", "lab / Main"] {
        first.shows(line, SOON).await?;
    }
    first.close().await?;

    let again = desk.open().await?;
    for (pane, words) in [(1, "You said: steer north"), (2, "slow11")] {
        shows_in_pane(&again, pane, words).await?;
    }
    again.close().await
}

#[tokio::test]
async fn a_tool_call_waits_for_the_person_and_runs_once_it_is_allowed() -> Result<()> {
    let (_desk, window) = or_skip!(window::open().await);
    press(&window, "//nav//button[contains(., 'Split')]").await?;
    press(&window, "(//section)[1]//button[contains(., 'pilot')]").await?;
    shows_in_pane(&window, 1, "Say something to pilot").await?;
    say(&window, "Message pilot on local", "run echo $((6*7))").await?;
    press(&window, "//nav//button[contains(., 'Approvals')]").await?;
    window.shows("echo $((6*7))", SOON).await?;
    // The buttons of a new card wait a moment, so that nobody presses them in passing.
    press(&window, "//main//button[contains(., 'Allow once')][not(@disabled)]").await?;
    press(&window, "//nav//button[contains(., 'Split')]").await?;
    shows_in_pane(&window, 1, "allowed once").await?;
    shows_in_pane(&window, 1, "42").await?;
    window.close().await
}

#[tokio::test]
async fn a_plain_address_elsewhere_is_refused_at_its_field() -> Result<()> {
    let (_desk, window) = or_skip!(window::open().await);
    add(&window, "far", "ws://gateway.example.com:8765", "key").await?;
    window.sees("#node-address[aria-invalid=true]", SOON).await?;
    window.close().await
}

#[tokio::test]
async fn a_second_address_given_in_the_window_is_found_there_again() -> Result<()> {
    let (_desk, window) = or_skip!(window::open().await);
    press(&window, "//button[normalize-space()='Add node']").await?;
    write(&window, "#node-address", "ws://127.0.0.1:9").await?;
    write(&window, "#node-name", "lab").await?;
    press(&window, "//dialog//button[contains(., 'How to reach it')]").await?;
    press(&window, "//dialog//button[normalize-space()='Add an address']").await?;
    let second = "[aria-label='Further address 1']";
    write(&window, second, "ssh://home").await?;
    press(&window, "//footer//button[normalize-space()='Add node']").await?;
    // The refused field has the focus: what is typed next mends it.
    window.sees(&format!("{second}[aria-invalid=true]:focus"), SOON).await?;
    write(&window, second, "ssh://me@home/8765").await?;
    press(&window, "//footer//button[normalize-space()='Add node']").await?;
    shows_on_card(&window, "lab", "Link", SOON).await?;

    press(&window, "//button[@aria-label='More about lab']").await?;
    press(&window, "//button[contains(., 'Edit…')]").await?;
    for (field, address) in [("#node-address", "ws://127.0.0.1:9"), (second, "ssh://me@home/127.0.0.1:8765")] {
        let field = window.sees(field, SOON).await?;
        anyhow::ensure!(field.prop("value").await?.as_deref() == Some(address), "{address} is not there again");
    }
    window.close().await
}

#[tokio::test]
async fn a_production_node_says_that_it_is_locked_where_one_would_speak_to_it() -> Result<()> {
    let (_desk, window) = or_skip!(window::open().await);
    press(&window, "//nav//button[contains(., 'Split')]").await?;
    press(&window, "(//section)[1]//button[contains(., 'pilot')]").await?;
    shows_in_pane(&window, 1, "Say something to pilot").await?;
    press(&window, "//nav//button[contains(., 'Nodes')]").await?;
    press(&window, "//button[@aria-label='More about local']").await?;
    press(&window, "//button[contains(., 'Production and limit')]").await?;
    press(&window, "//input[@role='switch']").await?;
    press(&window, "//footer//button[normalize-space()='Save']").await?;
    shows_on_card(&window, "local", "Production, locked", SOON).await?;
    press(&window, "//nav//button[contains(., 'Split')]").await?;
    window.sees("textarea[aria-label='local is production and locked: unlock it to speak']", SOON).await?;
    press(&window, "(//section)[1]//button[@aria-label='Unlock local…']").await?;
    press(&window, "//button[contains(., 'For 15 minutes')]").await?;
    say(&window, "Message pilot on local", "steer north").await?;
    shows_in_pane(&window, 1, "You said: steer north").await?;
    window.close().await
}

/// As a person: the button, the three fields, the button.
async fn add(window: &Window, name: &str, address: &str, key: &str) -> Result<()> {
    press(window, "//button[normalize-space()='Add node']").await?;
    for (field, value) in [("#node-address", address), ("#node-name", name), ("#node-key", key)] {
        let input = window.page.wait().at_most(SOON).for_element(Locator::Css(field)).await?;
        input.clear().await?;
        input.send_keys(value).await?;
    }
    press(window, "//footer//button[normalize-space()='Add node']").await
}

async fn write(window: &Window, field: &str, text: &str) -> Result<()> {
    let input = window.sees(field, SOON).await?;
    input.clear().await?;
    Ok(input.send_keys(text).await?)
}

async fn press(window: &Window, path: &str) -> Result<()> {
    let button = window.page.wait().at_most(SOON).for_element(Locator::XPath(path)).await?;
    Ok(button.click().await?)
}

/// Types into the composer of that name and sends it.
async fn say(window: &Window, composer: &str, text: &str) -> Result<()> {
    let field = window.sees(&format!("textarea[aria-label='{composer}']"), SOON).await?;
    field.send_keys(text).await?;
    Ok(field.send_keys("\u{e007}").await?)
}

async fn shows_in_pane(window: &Window, pane: u8, words: &str) -> Result<()> {
    let path = format!("(//section)[{pane}][contains(., '{words}')]");
    match window.page.wait().at_most(BACK).for_element(Locator::XPath(&path)).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let shown = window.text().await.unwrap_or_default();
            Err(anyhow::Error::new(error).context(format!("pane {pane} never says {words}; the window shows: {shown}")))
        }
    }
}

async fn shows_on_card(window: &Window, node: &str, words: &str, deadline: Duration) -> Result<()> {
    let path = format!("//article[.//h2[normalize-space()='{node}']][contains(., '{words}')]");
    let card = window.page.wait().at_most(deadline).for_element(Locator::XPath(&path)).await;
    if let Err(error) = card {
        let shown = window.text().await.unwrap_or_default();
        return Err(
            anyhow::Error::new(error).context(format!("no card of {node} says {words}; the window shows: {shown}"))
        );
    }
    Ok(())
}
