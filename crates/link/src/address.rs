//! Where a gateway is: what a person typed, completed and checked. No name is looked up here.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::{Host, Url};

/// A checked address of a gateway. Plain text (`ws`) only where it does not leave this computer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    secure: bool,
    /// A name or an IP address, the latter without brackets.
    host: String,
    port: u16,
    /// With its leading slash; `None` when the vendor's usual one is meant.
    path: Option<String>,
}

/// Why a text is no address. None of these repeats what was typed: it may hold a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("the address is empty; write host:port, for example 127.0.0.1:18789")]
    Empty,
    #[error("the address cannot be read ({why}); write host:port or wss://host:port")]
    Unreadable { why: String },
    #[error("the address has no host; write host:port, for example homelab.example:18789")]
    NoHost,
    #[error("the address has no port; write host:port, for example 127.0.0.1:18789")]
    NoPort,
    #[error("the port is wrong: it is a number from 1 to 65535")]
    BadPort,
    #[error("a gateway is not reached by {scheme}://; write wss://host:port, or ws:// on this computer")]
    Scheme { scheme: String },
    #[error("the address holds a name or key before the host; leave it out and put the key in the key field")]
    UserInfo,
    #[error("the address holds a key; leave out what follows `?` or `#` and put the key in the key field")]
    Key,
    #[error("the address has a part after `?` or `#`; leave that out")]
    Query,
    #[error(
        "ws:// to another computer would send the key and every word unencrypted, so it is refused; \
         use wss://{host}:{port} if the gateway has TLS, or go through SSH: ssh://{host}/{port}, \
         ssh://USER@{host}/{port}"
    )]
    PlainRemote { host: String, port: u16 },
}

impl Address {
    /// Reads what a person typed. `host:port` becomes `ws://` on this computer and `wss://` elsewhere; `http` and
    /// `https` count as `ws` and `wss`.
    ///
    /// Errors: a sentence that says what is wrong and what to write instead.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(AddressError::Unreadable { why: "there is a blank in it".to_owned() });
        }
        let (scheme, rest) = split_scheme(text)?;
        let url = read(scheme.unwrap_or(Scheme::Secure), rest)?;
        check_extras(&url)?;
        // The parser drops a port that is its scheme's usual one: without a scheme it is asked twice.
        let usual = if scheme.is_none() { read(Scheme::Plain, rest)?.port() } else { None };
        complete(scheme, &url, usual)
    }

    /// The address of a gateway inside this process, reached over memory.
    pub fn in_memory() -> Address {
        Address { secure: false, host: "localhost".to_owned(), port: 80, path: None }
    }

    /// Whether it is reached by TLS.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// The host, an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path that was given, with its leading slash.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Whether the host is this computer.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// `host:port`, by which a trusted certificate is remembered.
    pub fn place(&self) -> String {
        self.authority()
    }

    /// `host:port` as the Host header wants it, IPv6 in brackets.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The whole address, with `usual` where no path was given.
    pub(crate) fn uri(&self, usual: &str) -> String {
        let scheme = if self.secure { "wss" } else { "ws" };
        format!("{scheme}://{}{}", self.authority(), self.path.as_deref().unwrap_or(usual))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Plain,
    Secure,
}

/// The scheme, if one was typed, and what follows it.
fn split_scheme(text: &str) -> Result<(Option<Scheme>, &str), AddressError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok((None, text));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "ws" | "http" => Ok((Some(Scheme::Plain), rest)),
        "wss" | "https" => Ok((Some(Scheme::Secure), rest)),
        other if other.len() <= 12 && other.chars().all(|c| c.is_ascii_alphanumeric()) && !other.is_empty() => {
            Err(AddressError::Scheme { scheme: other.to_owned() })
        }
        _ => Err(AddressError::Unreadable { why: "the part before :// is odd".to_owned() }),
    }
}

fn read(scheme: Scheme, rest: &str) -> Result<Url, AddressError> {
    let scheme = if scheme == Scheme::Secure { "wss" } else { "ws" };
    Url::parse(&format!("{scheme}://{rest}")).map_err(|error| match error {
        url::ParseError::EmptyHost => AddressError::NoHost,
        url::ParseError::InvalidPort => AddressError::BadPort,
        other => AddressError::Unreadable { why: other.to_string() },
    })
}

/// Nothing but host, port and path may be in an address: anything else is likely a key, and addresses are shown.
fn check_extras(url: &Url) -> Result<(), AddressError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::UserInfo);
    }
    let Some(extra) = url.query().or(url.fragment()) else {
        return Ok(());
    };
    let extra = format!("{extra}{}", url.fragment().unwrap_or_default()).to_ascii_lowercase();
    let keyish = ["token", "key", "pass", "auth", "secret"].iter().any(|word| extra.contains(word));
    Err(if keyish { AddressError::Key } else { AddressError::Query })
}

fn complete(scheme: Option<Scheme>, url: &Url, usual: Option<u16>) -> Result<Address, AddressError> {
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => return Err(AddressError::NoHost),
    };
    let loopback = is_loopback(&host);
    let secure = match scheme {
        Some(scheme) => scheme == Scheme::Secure,
        None => !loopback,
    };
    let port = match (url.port().or(usual), scheme) {
        (Some(0), _) => return Err(AddressError::BadPort),
        (Some(port), _) => port,
        (None, Some(Scheme::Plain)) => 80,
        (None, Some(Scheme::Secure)) => 443,
        (None, None) => return Err(AddressError::NoPort),
    };
    if !secure && !loopback {
        return Err(AddressError::PlainRemote { host, port });
    }
    let path = Some(url.path()).filter(|path| !matches!(*path, "" | "/")).map(str::to_owned);
    Ok(Address { secure, host, port, path })
}

fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
        Ok(IpAddr::V4(ip)) => ip.is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.uri(""))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Address::parse(text)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Address::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> String {
        Address::parse(text).unwrap().to_string()
    }

    fn bad(text: &str) -> AddressError {
        Address::parse(text).unwrap_err()
    }

    #[test]
    fn a_missing_scheme_is_plain_here_and_tls_elsewhere() {
        assert_eq!(good("127.0.0.1:18789"), "ws://127.0.0.1:18789");
        assert_eq!(good("localhost:9120"), "ws://localhost:9120");
        assert_eq!(good("[::1]:9120"), "ws://[::1]:9120");
        assert_eq!(good("  Homelab.Example:18789 "), "wss://homelab.example:18789");
        assert_eq!(good("homelab:443"), "wss://homelab:443");
        assert_eq!(good("192.168.1.4:80"), "wss://192.168.1.4:80");
    }

    #[test]
    fn web_schemes_and_paths_are_taken() {
        assert_eq!(good("https://x.example/gw/ws"), "wss://x.example:443/gw/ws");
        assert_eq!(good("http://localhost:8080/"), "ws://localhost:8080");
        assert_eq!(good("HTTP://127.0.0.1"), "ws://127.0.0.1:80");
        assert_eq!(Address::parse("wss://x:1/").unwrap().uri("/ws"), "wss://x:1/ws");
        assert_eq!(Address::parse("wss://x:1/a").unwrap().uri("/ws"), "wss://x:1/a");
    }

    #[test]
    fn plain_text_to_another_computer_is_refused_with_the_way_out() {
        for text in ["ws://homelab:18789", "http://10.0.0.5:18789", "ws://localhost.example.com:18789"] {
            let error = bad(text);
            assert!(matches!(error, AddressError::PlainRemote { port: 18789, .. }), "{text}");
            assert!(error.to_string().contains("/18789,"), "{error}");
        }
        assert_eq!(good("ws://127.9.9.9:1"), "ws://127.9.9.9:1");
        assert_eq!(good("ws://moltis.localhost:1"), "ws://moltis.localhost:1");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(bad("   "), AddressError::Empty);
        assert_eq!(bad("homelab"), AddressError::NoPort);
        assert_eq!(bad("homelab:99999"), AddressError::BadPort);
        assert_eq!(bad("homelab:0"), AddressError::BadPort);
        assert_eq!(bad("homelab:port"), AddressError::BadPort);
        assert_eq!(bad("ftp://homelab:1"), AddressError::Scheme { scheme: "ftp".to_owned() });
        assert_eq!(bad("ws://"), AddressError::NoHost);
        assert_eq!(bad(":18789"), AddressError::NoHost);
        assert!(matches!(bad("home lab:1"), AddressError::Unreadable { .. }));
        assert!(matches!(bad("ws://[::1:1"), AddressError::Unreadable { .. }));
    }

    #[test]
    fn a_key_in_the_address_is_refused_and_never_repeated() {
        for text in [
            "wss://mk_canary@x:1",
            "user:mk_canary@x:1",
            "wss://x:1/?token=mk_canary",
            "http://127.0.0.1:18789/#token=mk_canary",
            "mk_canary",
            "mk_canary://x:1",
        ] {
            let error = bad(text);
            assert!(!format!("{error} {error:?}").contains("mk_canary"), "{text}: {error:?}");
        }
        assert_eq!(bad("wss://x:1/?token=a"), AddressError::Key);
        assert_eq!(bad("wss://x:1/?a=b"), AddressError::Query);
    }

    #[test]
    fn it_survives_being_stored() {
        let address = Address::parse("wss://x.example:1/gw").unwrap();
        let text = serde_json::to_string(&address).unwrap();
        assert_eq!(serde_json::from_str::<Address>(&text).unwrap(), address);
        assert!(serde_json::from_str::<Address>("\"ws://x.example:1\"").is_err());
    }
}
