//! The system's browser: a link that the person chose to follow is opened there, never in the window.

use contract::{Code, Fault};
use tauri::Url;

/// Opens an address of the web. Whatever else the system can open are programs and files of this computer.
#[tauri::command]
pub async fn browse(address: String) -> Result<(), Fault> {
    let url = Url::parse(&address).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let Some(url) = url else {
        return Err(Fault::new(Code::Invalid, "Only addresses that begin with http:// or https:// are opened."));
    };
    open::that_detached(url.as_str()).map_err(|error| {
        tracing::warn!(%error, "no browser started");
        Fault::new(Code::Other, "No browser could be started on this system. Copy the address instead.")
    })
}
