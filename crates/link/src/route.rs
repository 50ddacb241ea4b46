//! The ways to a gateway: an address, and the SSH server to go through where there is one; several of them in the
//! person's order. Only text: nothing is opened here.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::address::{Address, AddressError};

/// One way to a gateway. As text: an address, or `ssh://[user@]host[:port]/` and then the address as the SSH server
/// sees it, where a mere port means that computer itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Route {
    /// The SSH server that passes the connection on.
    pub via: Option<SshHost>,
    pub address: Address,
}

/// Whom the system's `ssh` is asked for: a computer, or a name from the person's own SSH configuration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SshHost {
    user: Option<String>,
    /// Without brackets.
    host: String,
    port: Option<u16>,
}

/// All ways to one gateway, the preferred one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    first: Route,
    others: Vec<Route>,
}

/// Why a text is no route. None of these repeats what was typed: it may hold a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("the SSH part cannot be read; write ssh://user@host/18789, with the gateway's port on that computer last")]
    Unreadable,
    #[error("the SSH part holds a password; leave it out: `ssh` uses your own keys and agent")]
    Password,
    #[error(
        "which port the gateway has on {host} is not said; write it last, for example ssh://{host}/18789 for the \
         port 18789 of that computer"
    )]
    NoFarEnd { host: String },
    #[error(
        "from {host} on, ws:// to yet another computer would go unencrypted, so it is refused; the SSH tunnel has to \
         end on the gateway's own computer (ssh://…/127.0.0.1:PORT), or use wss:// behind it"
    )]
    PlainBehind { host: String },
}

impl Route {
    /// Reads what a person typed.
    ///
    /// Errors: a sentence that says what is wrong and what to write instead.
    pub fn parse(text: &str) -> Result<Route, RouteError> {
        let text = text.trim();
        let Some(rest) = text.get(..6).filter(|head| head.eq_ignore_ascii_case("ssh://")).and(text.get(6..)) else {
            return Ok(Route { via: None, address: Address::parse(text)? });
        };
        let (host, far) = rest.split_once('/').unwrap_or((rest, ""));
        Route::behind(SshHost::parse(host)?, far)
    }

    /// The way to an address as that SSH server sees it; a mere port is one of the server itself.
    ///
    /// Errors: as [`Route::parse`].
    pub fn behind(via: SshHost, far: &str) -> Result<Route, RouteError> {
        let far = far.trim();
        if far.is_empty() {
            return Err(RouteError::NoFarEnd { host: via.to_string() });
        }
        let port = far.chars().all(|digit| digit.is_ascii_digit());
        let address = if port { Address::parse(&format!("127.0.0.1:{far}")) } else { Address::parse(far) };
        match address {
            Ok(address) => Ok(Route { via: Some(via), address }),
            Err(AddressError::PlainRemote { .. }) => Err(RouteError::PlainBehind { host: via.to_string() }),
            Err(other) => Err(other.into()),
        }
    }
}

impl SshHost {
    /// Reads `[user@]host[:port]`, or the same with `ssh://` before it.
    ///
    /// Errors: it cannot be read, or holds a password.
    pub fn parse(text: &str) -> Result<SshHost, RouteError> {
        let text = text.trim();
        let text = text.strip_prefix("ssh://").unwrap_or(text).trim_end_matches('/');
        let url = Url::parse(&format!("ssh://{text}")).map_err(|_| RouteError::Unreadable)?;
        if url.password().is_some() {
            return Err(RouteError::Password);
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            None => return Err(RouteError::Unreadable),
        };
        let user = Some(url.username()).filter(|user| !user.is_empty()).map(str::to_owned);
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        // What `ssh` would take for an option, or hand to a shell in a person's ProxyCommand, never gets there.
        if !bare || !is_harmless(&host) || !user.as_deref().is_none_or(is_harmless) || url.port() == Some(0) {
            return Err(RouteError::Unreadable);
        }
        Ok(SshHost { user, host, port: url.port() })
    }

    /// `[user@]host`, as `ssh` takes it.
    pub(crate) fn destination(&self) -> String {
        match &self.user {
            Some(user) => format!("{user}@{}", self.host),
            None => self.host.clone(),
        }
    }

    /// Where the person named one; else their SSH configuration decides.
    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

fn is_harmless(word: &str) -> bool {
    !word.starts_with('-') && word.chars().all(|c| c.is_ascii_alphanumeric() || "._-:+".contains(c))
}

impl Routes {
    /// The preferred one and those that are tried after it, in order.
    pub fn new(first: Route, others: Vec<Route>) -> Routes {
        Routes { first, others }
    }

    /// The preferred one.
    pub fn first(&self) -> &Route {
        &self.first
    }

    /// In order, the preferred one first.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// How many; at least one.
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }
}

impl From<Address> for Route {
    fn from(address: Address) -> Route {
        Route { via: None, address }
    }
}

impl From<Address> for Routes {
    fn from(address: Address) -> Routes {
        Routes::new(address.into(), Vec::new())
    }
}

impl From<Route> for Routes {
    fn from(route: Route) -> Routes {
        Routes::new(route, Vec::new())
    }
}

impl fmt::Display for SshHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match (self.host.contains(':'), self.port) {
            (true, Some(port)) => write!(f, "[{}]:{port}", self.host),
            (true, None) => write!(f, "[{}]", self.host),
            (false, Some(port)) => write!(f, "{}:{port}", self.host),
            (false, None) => f.write_str(&self.host),
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.via {
            None => fmt::Display::fmt(&self.address, f),
            Some(via) => {
                let far = self.address.to_string();
                // Behind SSH plain text is the usual thing and goes without saying.
                write!(f, "ssh://{via}/{}", far.strip_prefix("ws://").unwrap_or(&far))
            }
        }
    }
}

impl FromStr for Route {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        Route::parse(text)
    }
}

impl TryFrom<String> for Route {
    type Error = RouteError;

    fn try_from(text: String) -> Result<Self, RouteError> {
        Route::parse(&text)
    }
}

impl From<Route> for String {
    fn from(route: Route) -> String {
        route.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> String {
        let route = Route::parse(text).unwrap();
        assert_eq!(Route::parse(&route.to_string()), Ok(route.clone()), "{text}");
        route.to_string()
    }

    fn bad(text: &str) -> RouteError {
        Route::parse(text).unwrap_err()
    }

    #[test]
    fn an_address_alone_is_a_route() {
        assert_eq!(good("homelab:18789"), "wss://homelab:18789");
        assert_eq!(good("127.0.0.1:1"), "ws://127.0.0.1:1");
    }

    #[test]
    fn what_follows_the_ssh_server_is_the_address_as_it_sees_it() {
        assert_eq!(good("ssh://me@homelab/18789"), "ssh://me@homelab/127.0.0.1:18789");
        assert_eq!(good("ssh://homelab:2222/localhost:9120/ws"), "ssh://homelab:2222/localhost:9120/ws");
        assert_eq!(good("SSH://me@[fe80::1]:22/ws://127.0.0.1:1"), "ssh://me@[fe80::1]:22/127.0.0.1:1");
        assert_eq!(good("ssh://bastion/wss://inner.example:443"), "ssh://bastion/wss://inner.example:443");
        // Without a scheme another computer gets TLS, behind SSH as elsewhere.
        assert_eq!(good("ssh://bastion/inner:443"), "ssh://bastion/wss://inner:443");
    }

    #[test]
    fn plain_text_beyond_the_ssh_server_is_refused() {
        assert!(matches!(bad("ssh://bastion/ws://10.0.0.5:18789"), RouteError::PlainBehind { .. }));
    }

    #[test]
    fn what_is_wrong_is_said_and_no_password_is_repeated() {
        assert!(bad("ssh://homelab").to_string().contains("ssh://homelab/18789"));
        let password = bad("ssh://me:canary@homelab/1");
        assert_eq!(password, RouteError::Password);
        assert!(!format!("{password} {password:?}").contains("canary"));
    }

    #[test]
    fn nothing_gets_to_ssh_as_an_option_or_to_a_shell() {
        for text in ["ssh://-oProxyCommand=x/1", "ssh://a;b/1", "ssh://$(x)@host/1", "ssh://`x`/1", "ssh:///1"] {
            assert!(Route::parse(text).is_err(), "{text}");
        }
        assert!(SshHost::parse("-oProxyCommand=x").is_err());
        assert!(SshHost::parse("me@homelab:2222").is_ok());
    }

    #[test]
    fn routes_keep_their_order() {
        let route = |text: &str| Route::parse(text).unwrap();
        let routes = Routes::new(route("lan:1"), vec![route("tailnet:1"), route("ssh://home/1")]);
        let told: Vec<_> = routes.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["wss://lan:1", "wss://tailnet:1", "ssh://home/127.0.0.1:1"]);
        assert_eq!((routes.count(), routes.first().to_string()), (3, told[0].clone()));
    }
}
