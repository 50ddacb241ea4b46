//! Where addresses lead, so that one place is known by all its spellings: whatever the scheme and the path, and however
//! this computer is called.
//!
//! What is absent: no name is looked up. Two names of one computer elsewhere are two places.

use std::net::IpAddr;

use link::Route;

use crate::truth::NodeHead;

/// The place an address leads to. What cannot be read as an address is a place of its own.
pub fn place(address: &str) -> String {
    let Ok(route) = Route::parse(address) else {
        return address.to_owned();
    };
    let via = route.via.map(|via| format!("{via}/")).unwrap_or_default();
    let host = if route.address.is_loopback() { "localhost".to_owned() } else { host(route.address.host()) };
    format!("{via}{host}:{}", route.address.port())
}

fn host(text: &str) -> String {
    match text.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        // Connecting to "any address" connects to this computer.
        Ok(ip) if ip.is_unspecified() => "localhost".to_owned(),
        Ok(ip) => ip.to_string(),
        Err(_) => text.trim_end_matches('.').to_ascii_lowercase(),
    }
}

/// The places of all routes of a node.
pub fn places(head: &NodeHead) -> impl Iterator<Item = String> + '_ {
    std::iter::once(&head.address).chain(&head.reach.routes).map(|route| place(route))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_place_is_one_however_it_is_spelled() {
        for same in
            ["ws://localhost:1", "ws://127.0.0.1:1/", "ws://[::1]:1/ws", "wss://LOCALHOST:1/other", "wss://0.0.0.0:1"]
        {
            assert_eq!(place(same), "localhost:1", "{same}");
        }
        assert_eq!(place("wss://[::ffff:10.0.0.1]:2"), place("wss://10.0.0.1:2"));
        assert_eq!(place("wss://Lab.example:443/ws"), place("wss://lab.example."));
        assert_ne!(place("wss://lab.example"), place("wss://lab.example:8443"));
        assert_ne!(place("ssh://me@lab.example/18789"), place("ws://localhost:18789"), "behind another computer");
    }
}
