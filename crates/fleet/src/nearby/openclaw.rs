//! What OpenClaw's own configuration says: the gateway on this computer, and the one elsewhere that its programs use.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use contract::node::Vendor;
use link::Route;
use secrecy::SecretString;
use serde_json::Value;

use super::offer::{Key, Offer};
use super::{places, relaxed};

const USUAL_PORT: u64 = 18789;

/// What it offers.
///
/// # Errors
/// A sentence: there is a configuration, and it cannot be read.
pub fn read() -> Result<Vec<Offer>, String> {
    match places::openclaw() {
        Some(file) => read_file(&file),
        None => Ok(Vec::new()),
    }
}

fn read_file(file: &Path) -> Result<Vec<Offer>, String> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("OpenClaw's configuration {} cannot be read: {error}.", file.display())),
    };
    // The parser's own words may repeat a key.
    let all: Value = serde_json::from_str(&relaxed::strict(&text)).map_err(|error| {
        format!("OpenClaw's configuration {} cannot be read: line {} is odd.", file.display(), error.line())
    })?;
    Ok(said(&all["gateway"], file))
}

fn said(gateway: &Value, file: &Path) -> Vec<Offer> {
    let remote = &gateway["remote"];
    let elsewhere = gateway["mode"] == "remote" || remote["url"].is_string();
    let here = gateway["mode"] != "remote" && gateway.is_object();
    let here = here.then(|| this_computer(gateway, file));
    here.into_iter().chain(elsewhere.then(|| another(remote, file)).flatten()).collect()
}

fn this_computer(gateway: &Value, file: &Path) -> Offer {
    let scheme = if gateway["tls"]["enabled"] == true { "wss" } else { "ws" };
    let port = gateway["port"].as_u64().unwrap_or(USUAL_PORT);
    Offer {
        name: "openclaw".to_owned(),
        address: format!("{scheme}://127.0.0.1:{port}"),
        vendor: Vendor::Openclaw,
        key: key(&gateway["auth"]),
        fingerprint: None,
        file: file.to_owned(),
    }
}

/// The gateway elsewhere: through SSH where its programs go so, or where it has no TLS.
fn another(remote: &Value, file: &Path) -> Option<Offer> {
    let url = remote["url"].as_str();
    let by_ssh = remote["transport"] != "direct";
    let far = remote["remotePort"].as_u64();
    let port = || far.or_else(|| url.and_then(port_of)).unwrap_or(USUAL_PORT);
    let route = match (remote["sshTarget"].as_str().filter(|_| by_ssh), url) {
        (Some(target), _) => Route::parse(&format!("ssh://{}/{}", target.trim_start_matches("ssh://"), port())),
        (None, Some(url)) => Route::parse(url).or_else(|_| Route::parse(&format!("ssh://{}/{}", host_of(url), port()))),
        (None, None) => return None,
    };
    let route = route.ok()?;
    let host = route.via.as_ref().map_or_else(|| route.address.host().to_owned(), ToString::to_string);
    let name = host.rsplit('@').next().unwrap_or(&host).split([':', '.']).next().unwrap_or_default().to_owned();
    Some(Offer {
        name: if name.is_empty() { "openclaw elsewhere".to_owned() } else { name },
        address: route.to_string(),
        vendor: Vendor::Openclaw,
        key: key(remote),
        fingerprint: remote["tlsFingerprint"].as_str().filter(|_| route.via.is_none()).map(str::to_owned),
        file: file.to_owned(),
    })
}

/// A token or a password opens the same door.
fn key(of: &Value) -> Key {
    for name in ["token", "password"] {
        match &of[name] {
            Value::String(text) if text.is_empty() => {}
            Value::String(text) if text.contains("${") => {
                return Key::Elsewhere(format!("Its {name} comes from the environment; enter it yourself."));
            }
            Value::String(text) => return Key::There(SecretString::from(text.as_str())),
            Value::Object(_) => {
                return Key::Elsewhere(format!("Its {name} is kept outside of the file; enter it yourself."));
            }
            _ => {}
        }
    }
    Key::None
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

fn port_of(url: &str) -> Option<u64> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next()?.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    fn of(gateway: Value) -> Vec<Offer> {
        said(&gateway, Path::new("/home/me/.openclaw/openclaw.json"))
    }

    fn secret(offer: &Offer) -> &str {
        match &offer.key {
            Key::There(key) => key.expose_secret(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_gateway_of_this_computer_is_offered_with_its_token() {
        let all = of(json!({"mode": "local", "port": 18820, "auth": {"mode": "token", "token": "canary"}}));
        assert_eq!((all.len(), all[0].address.as_str()), (1, "ws://127.0.0.1:18820"));
        assert_eq!(secret(&all[0]), "canary");
        assert!(!format!("{all:?}").contains("canary"));
        assert_eq!(of(json!({"tls": {"enabled": true}}))[0].address, "wss://127.0.0.1:18789");
    }

    #[test]
    fn one_elsewhere_is_reached_as_its_own_programs_do() {
        let direct = json!({"mode": "remote", "remote": {"transport": "direct", "url": "wss://gw.example", "password": "p",
            "tlsFingerprint": "sha256:00"}});
        let all = of(direct);
        assert_eq!((all[0].address.as_str(), all[0].name.as_str()), ("wss://gw.example:443", "gw"));
        assert_eq!((secret(&all[0]), all[0].fingerprint.as_deref()), ("p", Some("sha256:00")));
        let tunnel = json!({"mode": "remote", "remote": {"url": "ws://127.0.0.1:18790", "sshTarget": "me@homelab:2222",
            "remotePort": 18789, "token": "t"}});
        assert_eq!(of(tunnel)[0].address, "ssh://me@homelab:2222/127.0.0.1:18789");
        // Plain text to another computer is refused here, so the same gateway is offered through SSH.
        let plain = json!({"mode": "remote", "remote": {"transport": "direct", "url": "ws://192.168.1.4:18789"}});
        assert_eq!(of(plain)[0].address, "ssh://192.168.1.4/127.0.0.1:18789");
    }

    #[test]
    fn a_key_that_is_kept_elsewhere_is_not_made_up() {
        let from_environment = of(json!({"auth": {"token": "${OPENCLAW_TOKEN}"}}));
        assert!(matches!(&from_environment[0].key, Key::Elsewhere(why) if why.contains("environment")));
        let reference = of(json!({"auth": {"token": {"source": "exec", "id": "x"}}}));
        assert!(matches!(reference[0].key, Key::Elsewhere(_)));
        assert!(matches!(of(json!({"port": 1}))[0].key, Key::None));
    }

    #[test]
    fn a_file_that_is_odd_is_told_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("openclaw.json");
        fs::write(&file, "{\n  gateway: { auth: { token: canary } } }").unwrap();
        let fault = read_file(&file).unwrap_err();
        assert!(fault.contains("line 2") && !fault.contains("canary"), "{fault}");
        assert!(read_file(&folder.path().join("absent")).unwrap().is_empty());
    }
}
