//! The window's first question, and what it wants kept over a restart.

use contract::settings::{Hello, Layout, Settings};
use contract::{Code, Fault};

use super::of_store;
use crate::fleet::Fleet;
use crate::table::{layout, settings as table};

/// The name the window's settings stand under.
const WINDOW: &str = "window";
/// A layout is a few panes; more is a mistake.
const LARGEST_LAYOUT: usize = 256 * 1024;

/// What a window needs at its start. It never waits for the keyring.
pub async fn hello(fleet: &Fleet, window: &str) -> Result<Hello, Fault> {
    let window = window.to_owned();
    let read = fleet.inner.parts.store.read(move |db| Ok((table::get(db, WINDOW)?, layout::get(db, &window)?)));
    let (kept, layout) = read.await.map_err(|error| of_store(&error))?;
    Ok(Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: kept.map(|json| readable(&json)).unwrap_or_default(),
        layout: layout.map(|json| Layout { json }),
        keyring_fault: fleet.inner.keyring_fault.load().as_deref().cloned(),
        start_faults: fleet.inner.start_faults.lock().clone(),
    })
}

/// Keeps the arrangement of panes.
pub async fn save_layout(fleet: &Fleet, window: &str, layout: Layout) -> Result<(), Fault> {
    if layout.json.len() > LARGEST_LAYOUT {
        return Err(Fault::new(Code::Invalid, "The arrangement of panes is too large to be kept."));
    }
    let window = window.to_owned();
    let write = fleet.inner.parts.store.write(move |tx| layout::put(tx, &window, &layout.json));
    write.await.map_err(|error| of_store(&error))
}

/// Keeps looks and habits.
pub async fn save(fleet: &Fleet, settings: &Settings) -> Result<(), Fault> {
    let json = serde_json::to_string(settings)
        .map_err(|error| Fault::new(Code::Other, format!("The settings cannot be kept ({error}).")))?;
    let write = fleet.inner.parts.store.write(move |tx| table::put(tx, WINDOW, &json));
    write.await.map_err(|error| of_store(&error))
}

/// Settings of another version that cannot be read are the usual ones.
fn readable(json: &str) -> Settings {
    serde_json::from_str(json).unwrap_or_else(|error| {
        tracing::warn!(%error, "the settings cannot be read; the usual ones are taken");
        Settings::default()
    })
}
