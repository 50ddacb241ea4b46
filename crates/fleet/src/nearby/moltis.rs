//! What Moltis' own configuration says: the port of the gateway on this computer, which is another for each installation.
//! It holds no key that could be taken: Moltis keeps only hashes of its keys.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use contract::node::Vendor;

use super::offer::{Key, Offer};
use super::places;

/// What it offers.
///
/// # Errors
/// A sentence: there is a configuration, and it cannot be read.
pub fn read() -> Result<Vec<Offer>, String> {
    match places::moltis() {
        Some(folder) => read_file(&folder.join("moltis.toml")),
        None => Ok(Vec::new()),
    }
}

fn read_file(file: &Path) -> Result<Vec<Offer>, String> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("Moltis' configuration {} cannot be read: {error}.", file.display())),
    };
    let table: toml::Table = toml::from_str(&text)
        .map_err(|_| format!("Moltis' configuration {} cannot be read as TOML.", file.display()))?;
    Ok(said(&table, file).into_iter().collect())
}

fn said(table: &toml::Table, file: &Path) -> Option<Offer> {
    let port = table.get("server")?.get("port")?.as_integer().filter(|port| (1..=65535).contains(port))?;
    let plain = table.get("tls").and_then(|tls| tls.get("enabled")).and_then(toml::Value::as_bool) == Some(false);
    let scheme = if plain { "ws" } else { "wss" };
    Some(Offer {
        name: "moltis".to_owned(),
        address: format!("{scheme}://localhost:{port}"),
        vendor: Vendor::Moltis,
        key: Key::Elsewhere(
            "Moltis keeps no key that could be taken; make one in its settings and enter it.".to_owned(),
        ),
        fingerprint: None,
        file: file.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<String> {
        said(&toml::from_str(text).unwrap(), Path::new("moltis.toml")).map(|offer| offer.address)
    }

    #[test]
    fn the_port_of_the_installation_is_found_with_tls_unless_that_is_off() {
        assert_eq!(address("[server]\nport = 41234").as_deref(), Some("wss://localhost:41234"));
        assert_eq!(address("[server]\nport = 41234\n[tls]\nenabled = false").as_deref(), Some("ws://localhost:41234"));
        assert_eq!(address("[server]\nport = 0"), None);
        assert_eq!(address("[tls]\nenabled = true"), None);
    }
}
